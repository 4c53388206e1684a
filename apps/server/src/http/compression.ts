import compress from '@fastify/compress';
import type { FastifyInstance } from 'fastify';

/** Sends answers of so many bytes or more as gzip to clients that accept it; what has a coding already stays as it is. */
export async function compressAnswers(app: FastifyInstance, bytesMin: number): Promise<void> {
  await app.register(compress, {
    global: true,
    encodings: ['gzip'],
    threshold: bytesMin,
    // A body with a content coding is refused: what it inflates to has no bound.
    globalDecompression: false,
  });
}
