import {
  type IgnoredNames,
  isWrite,
  type KnownName,
  knownName,
  nearMiss,
  type OperationSpec,
} from '@billonce/contract';
import type { FastifyRequest } from 'fastify';

const keyHeader = knownName('Idempotency-Key', 'the header Idempotency-Key');
const matchHeader = knownName('If-Match', 'the header If-Match');

/** The headers that guard an operation and were not sent. */
export function headersNotSent(
  operation: OperationSpec,
  headers: FastifyRequest['headers'],
): readonly KnownName[] {
  const guards = [
    ...(isWrite(operation) ? [keyHeader] : []),
    ...(operation.takesIfMatch ? [matchHeader] : []),
  ];
  return guards.filter(({ name }) => headers[name.toLowerCase()] === undefined);
}

/** The number of header names whose result is kept; clients send the same few. */
const judgedMax = 1_000;
const judged = new Map<string, readonly KnownName[]>();

/**
 * Lists headers that seem to be a misspelling of one that guards the operation and was not sent, such as
 * `X-Idempotency-Key`. They are not refused: clients of AgentPay and proxies send other headers, and must keep working.
 */
export function noteMisspeltHeaders(
  operation: OperationSpec,
  { headers, raw }: FastifyRequest,
  ignored: IgnoredNames,
): void {
  const missing = headersNotSent(operation, headers);
  if (missing.length === 0) return;
  const names = new Set(raw.rawHeaders.filter((_, index) => index % 2 === 0));
  for (const name of names) {
    const meant = guardsMeantBy(name).find((guard) => missing.includes(guard));
    if (meant !== undefined) ignored.add('', name, `is not a known header: did you mean ${meant.hint}?`);
  }
}

function guardsMeantBy(name: string): readonly KnownName[] {
  const known = judged.get(name);
  if (known !== undefined) return known;
  const meant = [keyHeader, matchHeader].filter((guard) => isMeantFor(name, guard));
  if (judged.size < judgedMax) judged.set(name, meant);
  return meant;
}

/** Other programs prefix such names with `X-` or their own name. */
function isMeantFor(name: string, guard: KnownName): boolean {
  if (nearMiss(name.replace(/^x-/i, ''), [guard]) !== undefined) return true;
  return guard === keyHeader && /idempoten(?!.*replayed)/i.test(name);
}
