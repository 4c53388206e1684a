import type { PostgresValue, RunStatement } from './bindings.ts';
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

/** No statement removes more rows than this, so none holds its locks for long. */
const rowsPerStep = 1000;
const scopesPerStep = 1000;
/** Sorts before every scope. */
const beforeAll = '';

/** Removes expired answers, answers over the cap and forgotten keys, in steps of one transaction each. */
export async function sweep(
  run: RunStatement,
  statements: Statements['sweep'],
  answersPerScopeMax: number,
  nowMs: number | null,
): Promise<Swept> {
  await inSteps(run, statements.dropRenewals, [rowsPerStep, nowMs]);
  return {
    expired: await inSteps(run, statements.dropExpired, [rowsPerStep, nowMs]),
    evicted: await evict(run, statements, answersPerScopeMax),
    forgotten: await inSteps(run, statements.forget, [rowsPerStep, nowMs]),
  };
}

async function evict(
  run: RunStatement,
  statements: Statements['sweep'],
  answersMax: number,
): Promise<number> {
  let evicted = 0;
  let after: string | undefined = beforeAll;
  while (after !== undefined) {
    const counts = await run(statements.countByScope, [after, scopesPerStep]);
    for (const [scope, count] of counts) {
      if (Number(count) > answersMax) evicted += await evictOf(run, statements, String(scope), answersMax);
    }
    const last = counts.at(-1)?.[0];
    after = last === undefined ? undefined : String(last);
  }
  return evicted;
}

async function evictOf(
  run: RunStatement,
  statements: Statements['sweep'],
  scope: string,
  answersMax: number,
): Promise<number> {
  // A boundary instead of a number of rows: a second sweep that runs at the same time removes no more than this one.
  const [beyond] = await run(statements.newestBeyond, [scope, answersMax]);
  if (beyond === undefined) return 0;
  return inSteps(run, statements.evict, [scope, Number(beyond[0]), rowsPerStep]);
}

async function inSteps(run: RunStatement, statement: string, values: PostgresValue[]): Promise<number> {
  let removed = 0;
  for (;;) {
    const [row] = await run(statement, values);
    const count = Number(row?.[0]);
    removed += count;
    if (count < rowsPerStep) return removed;
  }
}
