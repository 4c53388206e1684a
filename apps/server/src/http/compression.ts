import type { FastifyInstance } from 'fastify';

/**
 * Compresses answers from this size on with gzip for clients that accept it; an answer that already has a coding is
 * unchanged.
 */
export async function compressAnswers(app: FastifyInstance, bytesMin: number): Promise<void> {
  // Loaded only where it is used: it is a twentieth of a start.
  const { default: compress } = await import('@fastify/compress');
  await app.register(compress, {
    global: true,
    encodings: ['gzip'],
    threshold: bytesMin,
    // A body with a content coding is refused: its size after inflating is unlimited.
    globalDecompression: false,
  });
}
