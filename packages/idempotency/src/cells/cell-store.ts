import type { Awaitable } from '../core/store.ts';

/** The value of a cell, and the version that a later write names. */
export interface Cell {
  readonly value: string;
  /** differs from write to write */
  readonly version: string;
}

/**
 * Small durable values under names, each changed by compare and set: what payment libraries demand of a store, in which the
 * same payment must not be taken twice.
 */
export interface CellStore {
  /** the cell under a name; `undefined` if there is none */
  read(name: string): Awaitable<Cell | undefined>;

  /**
   * Replaces a cell if it still is of that version. Durable once it is done.
   *
   * @param version the version that is replaced; `undefined`: there must be no cell
   * @param value the new value; `undefined` removes the cell
   * @param keepUntilMs from when on, in milliseconds since the epoch, the cell may be removed; by default never
   * @returns whether it was replaced
   */
  write(
    name: string,
    version: string | undefined,
    value: string | undefined,
    keepUntilMs?: number,
  ): Awaitable<boolean>;
}

/** A cell store in a database, which does not remove by itself what need not be kept any more. */
export interface SweptCellStore extends CellStore {
  /**
   * Removes the cells that need not be kept any more. To be called now and then.
   *
   * @param options `nowMs` takes the place of the machine's clock
   * @returns how many it has removed
   */
  sweep(options?: { readonly nowMs?: number }): Promise<number>;
}

/** The longest name of a cell, in characters. */
const cellNameLengthMax = 512;
/** The longest value of a cell, in characters. */
const cellValueLengthMax = 16_777_216;

/**
 * What a write must keep to, in every store.
 *
 * @throws {RangeError} for a name or a value that is too long
 */
export function demandCell(name: string, value?: string): void {
  if (name.length === 0 || name.length > cellNameLengthMax) {
    throw new RangeError(`the name of a cell must have 1 to ${cellNameLengthMax} characters`);
  }
  if (value !== undefined && value.length > cellValueLengthMax) {
    throw new RangeError(`the value of a cell may have ${cellValueLengthMax} characters`);
  }
}
