import { integer } from '../columns.ts';
import type { ReadPool } from '../pool.ts';

const takeSql = `INSERT INTO rate_budgets AS b (tenant, caller, window_start_ms, taken) VALUES ($1, $2, $3, $4)
  ON CONFLICT (tenant, caller) DO UPDATE SET window_start_ms = greatest(b.window_start_ms, excluded.window_start_ms),
    taken = CASE WHEN b.window_start_ms < excluded.window_start_ms THEN 0 ELSE b.taken END + excluded.taken
  RETURNING taken`;

/** Takes a part of a caller's budget; what all instances have taken in the window after it. */
export async function takeBudget(
  pool: ReadPool,
  caller: string,
  windowStartMs: number,
  cost: number,
): Promise<number> {
  const [tenant = caller] = caller.split(' ', 1);
  const rows = await pool.use((connection) =>
    connection.rows(takeSql, [tenant, caller, windowStartMs, cost]),
  );
  const [row] = rows;
  return row === undefined ? 0 : integer(row, 'taken');
}
