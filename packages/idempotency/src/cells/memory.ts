import { type Cell, type CellStore, demandCell } from './cell-store.ts';

/** Cells in the memory of this process, lost when it ends: for development and tests. */
export function memoryCells(): CellStore {
  const cells = new Map<string, Cell>();
  return {
    read: (name) => cells.get(name),
    write(name, version, value) {
      demandCell(name, value);
      if (cells.get(name)?.version !== version) return false;
      if (value === undefined) cells.delete(name);
      else cells.set(name, { value, version: crypto.randomUUID() });
      return true;
    },
  };
}
