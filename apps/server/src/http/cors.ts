import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';

/** Lets pages of the given origins call the API and read the headers that they need. */
export async function allowOrigins(app: FastifyInstance, origins: readonly string[]): Promise<void> {
  await app.register(cors, {
    origin: [...origins],
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
    // An OPTIONS request without preflight headers is answered, too, as in AgentPay.
    strictPreflight: false,
    allowedHeaders: [
      'Authorization',
      'Content-Type',
      'Idempotency-Key',
      'If-Match',
      'If-None-Match',
      'Traceparent',
      'X-API-Key',
      'X-Request-Id',
      'X-Tenant',
      'X-Tenant-Create',
    ],
    exposedHeaders: [
      'ETag',
      'Effective-Within-Ms',
      'Idempotency-Replayed',
      'Ignored-Parameters',
      'Link',
      'Location',
      'RateLimit-Limit',
      'RateLimit-Remaining',
      'RateLimit-Reset',
      'Retry-After',
      'Server-Timing',
      'X-Request-Id',
    ],
    maxAge: 86_400,
  });
}
