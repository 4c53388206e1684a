/** The frameworks that are measured. */
export type Framework = 'express' | 'fastify' | 'hono';

/** What protects the route: nothing, this library, or one of the peers on the registry. */
export type Protection = (typeof protections)[number];

const protections = ['bare', 'billonce', 'express-idempotency', 'node-idempotency'] as const;

/** @throws {Error} for a name that is none of them */
export function parseProtection(name: string): Protection {
  const found = protections.find((known) => known === name);
  if (found === undefined) throw new Error(`there is no protection ${name}`);
  return found;
}

/** Limits of the memory store, beyond what a measurement reaches: nothing is evicted or refused in it. */
export const roomy = { keysMax: 10_000_000, answersMax: 10_000_000, answerBytesMax: 8 * 1024 ** 3 };

let count = 0;
/** how long the handler keeps the processor busy, in milliseconds */
const workMs = Number(process.env['BENCH_HANDLER_US'] ?? 0) / 1_000;

/** What the route answers. */
export function recordUsage(body: unknown): { readonly id: number; readonly usage: unknown } {
  count++;
  if (workMs > 0) work();
  return { id: count, usage: body };
}

function work(): void {
  const untilMs = performance.now() + workMs;
  while (performance.now() < untilMs);
}
