import { integer } from '../columns.ts';
import type { SqliteConnection } from '../connection.ts';

/** A leased part of a budget. */
export interface BudgetPart {
  readonly caller: string;
  readonly windowStartMs: number;
  readonly cost: number;
}

const takeSql = `INSERT INTO rate_budgets AS b (caller, window_start_ms, taken) VALUES (?, ?, ?)
     ON CONFLICT (caller) DO UPDATE SET window_start_ms = max(b.window_start_ms, excluded.window_start_ms),
       taken = CASE WHEN b.window_start_ms < excluded.window_start_ms THEN 0 ELSE b.taken END + excluded.taken
     RETURNING taken`;

/** Takes a part of a caller's budget: what was taken in the window after it. */
export function takeBudget(
  connection: SqliteConnection,
  { caller, windowStartMs, cost }: BudgetPart,
): number {
  const row = connection.get(takeSql, caller, windowStartMs, cost);
  return row === undefined ? 0 : integer(row, 'taken');
}
