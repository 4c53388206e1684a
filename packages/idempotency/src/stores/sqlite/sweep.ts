import { setImmediate } from 'node:timers/promises';
import type { PreparedDatabase, SqliteValue } from './connection.ts';
import type { Statements } from './statements.ts';

/** What a sweep removed. */
export interface Swept {
  /** answers that have expired: their keys are refused from now on */
  readonly expired: number;
  /** answers over the cap of their scope; their keys are refused, too */
  readonly evicted: number;
  /** keys whose retention is over: they are unknown again */
  readonly forgotten: number;
}

/** A step of this size blocks neither this process nor another writer for long. */
const rowsPerStep = 500;

/**
 * Removes expired answers, answers over the cap and forgotten keys, in steps of one transaction each; other work runs
 * between the steps.
 */
export async function sweep(
  own: () => PreparedDatabase,
  statements: Statements['sweep'],
  answersPerScopeMax: number,
  nowMs: number,
): Promise<Swept> {
  return {
    expired: await inSteps(own, statements.dropExpired, [nowMs]),
    evicted: await evict(own, statements, answersPerScopeMax),
    forgotten: await inSteps(own, statements.forget, [nowMs, nowMs]),
  };
}

async function evict(
  own: () => PreparedDatabase,
  statements: Statements['sweep'],
  answersMax: number,
): Promise<number> {
  let evicted = 0;
  let after: Uint8Array | undefined = new Uint8Array(0);
  while (after !== undefined) {
    await setImmediate();
    const scope: unknown = own().rows(statements.scopeAfter, after)[0]?.[0];
    after = scope instanceof Uint8Array ? scope : undefined;
    if (after === undefined) break;
    const [beyond] = own().rows(statements.newestBeyond, after, answersMax);
    if (beyond !== undefined) evicted += await inSteps(own, statements.evict, [after, Number(beyond[0])]);
  }
  return evicted;
}

async function inSteps(
  own: () => PreparedDatabase,
  statement: string,
  values: SqliteValue[],
): Promise<number> {
  let removed = 0;
  for (;;) {
    await setImmediate();
    const count = own().run(statement, ...values, rowsPerStep);
    removed += count;
    if (count < rowsPerStep) return removed;
  }
}
