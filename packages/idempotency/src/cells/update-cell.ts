import type { CellStore } from './cell-store.ts';

/** The new value of a cell, and the result for the caller. */
export type CellChange<Result> =
  | { readonly op: 'noop'; readonly result: Result }
  | { readonly op: 'set'; readonly value: string; readonly keepUntilMs?: number; readonly result: Result }
  | { readonly op: 'delete'; readonly result: Result };

/**
 * How often a change is computed again because another one was faster. Each time, one of the competing changes
 * succeeds.
 */
const attemptsMax = 1000;

/**
 * Changes a cell depending on its present value.
 *
 * @param change may be called again: it must have no effects
 * @throws {Error} if others were faster 1,000 times
 */
export async function updateCell<Result>(
  cells: CellStore,
  name: string,
  change: (current: string | undefined) => CellChange<Result>,
): Promise<Result> {
  for (let attempts = 0; attempts < attemptsMax; attempts++) {
    const cell = await cells.read(name);
    const next = change(cell?.value);
    if (next.op === 'noop' || (next.op === 'delete' && cell === undefined)) return next.result;
    const [value, keepUntilMs] = next.op === 'set' ? [next.value, next.keepUntilMs] : [undefined, undefined];
    if (await cells.write(name, cell?.version, value, keepUntilMs)) return next.result;
  }
  throw new Error(`a cell was changed by others ${attemptsMax} times`);
}
