/** The frameworks that are measured. */
export type Framework = 'express' | 'fastify' | 'hono';

/** The protection of the route: none, this library, or one of its peers. */
export type Protection = (typeof protections)[number];

const protections = ['bare', 'billonce', 'express-idempotency', 'node-idempotency'] as const;

/** @throws {Error} for an unknown name */
export function parseProtection(name: string): Protection {
  const found = protections.find((known) => known === name);
  if (found === undefined) throw new Error(`there is no protection ${name}`);
  return found;
}

/** Limits of the memory store that no measurement reaches, so that nothing is evicted or refused. */
export const roomy = { keysMax: 10_000_000, answersMax: 10_000_000, answerBytesMax: 8 * 1024 ** 3 };

let count = 0;
/** how long the handler keeps the processor busy, in milliseconds */
const workMs = Number(process.env['BENCH_HANDLER_US'] ?? 0) / 1_000;

/** The answer of the route. */
export function recordUsage(body: unknown): { readonly id: number; readonly usage: unknown } {
  count++;
  if (workMs > 0) work();
  return { id: count, usage: body };
}

function work(): void {
  const untilMs = performance.now() + workMs;
  while (performance.now() < untilMs);
}
