import type { Awaitable } from '../core/store.ts';

/** The value of a cell, and the version that a later write names. */
export interface Cell {
  readonly value: string;
  /** differs for each write */
  readonly version: string;
}

/**
 * Small durable values with names, each changed by compare-and-set. Payment libraries need such a store to take each
 * payment only once.
 */
export interface CellStore {
  /** the cell under a name; `undefined` if there is none */
  read(name: string): Awaitable<Cell | undefined>;

  /**
   * Replaces a cell if it still has that version. The change is durable when the call returns.
   *
   * @param version the version to replace; `undefined`: there must be no cell
   * @param value the new value; `undefined` removes the cell
   * @param keepUntilMs the time, in milliseconds since the epoch, from which on the cell may be removed; by default
   * never
   * @returns whether it was replaced
   */
  write(
    name: string,
    version: string | undefined,
    value: string | undefined,
    keepUntilMs?: number,
  ): Awaitable<boolean>;
}

/** A cell store in a database that does not remove expired cells automatically. */
export interface SweptCellStore extends CellStore {
  /**
   * Removes the cells that need not be kept any more. Call it regularly.
   *
   * @param options `nowMs` replaces the time of the machine's clock
   * @returns how many it removed
   */
  sweep(options?: { readonly nowMs?: number }): Promise<number>;
}

/** The longest name of a cell, in characters. */
const cellNameLengthMax = 512;
/** The longest value of a cell, in characters. */
const cellValueLengthMax = 16_777_216;

/**
 * Checks the limits of a write, the same in every store.
 *
 * @throws {RangeError} if a name or a value is too long
 */
export function demandCell(name: string, value?: string): void {
  if (name.length === 0 || name.length > cellNameLengthMax) {
    throw new RangeError(`the name of a cell must have 1 to ${cellNameLengthMax} characters`);
  }
  if (value !== undefined && value.length > cellValueLengthMax) {
    throw new RangeError(`the value of a cell may have ${cellValueLengthMax} characters`);
  }
}
