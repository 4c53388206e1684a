import type { MysqlValue, RunStatement } from './connection.ts';
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

/** No statement changes more rows than this, so none holds its locks for long. */
const rowsPerStep = 500;
const scopesPerStep = 1000;

/** Removes expired answers, answers over the cap and forgotten keys, in steps of one transaction each. */
export async function sweep(
  run: RunStatement,
  statements: Statements['sweep'],
  answersPerScopeMax: number,
  nowMs: number | null,
): Promise<Swept> {
  return {
    expired: await inSteps(run, statements.dropExpired, [nowMs]),
    evicted: await evict(run, statements, answersPerScopeMax),
    forgotten: await inSteps(run, statements.forget, [nowMs, nowMs]),
  };
}

async function evict(
  run: RunStatement,
  statements: Statements['sweep'],
  answersMax: number,
): Promise<number> {
  let evicted = 0;
  let after: Buffer | undefined = Buffer.alloc(0);
  while (after !== undefined) {
    const { rows } = await run(statements.countByScope, [after, scopesPerStep]);
    after = undefined;
    for (const [scope, count] of rows) {
      if (!Buffer.isBuffer(scope)) throw new TypeError('the driver gave no bytes');
      after = scope;
      if (Number(count) <= answersMax) continue;
      // A boundary instead of a number of rows: a second sweep that runs at the same time removes no more than this
      // one.
      const [beyond] = (await run(statements.newestBeyond, [scope, answersMax])).rows;
      if (beyond !== undefined) evicted += await inSteps(run, statements.evict, [scope, Number(beyond[0])]);
    }
  }
  return evicted;
}

async function inSteps(run: RunStatement, statement: string, values: MysqlValue[]): Promise<number> {
  let removed = 0;
  for (;;) {
    const { affected } = await run(statement, [...values, rowsPerStep]);
    removed += affected;
    if (affected < rowsPerStep) return removed;
  }
}
