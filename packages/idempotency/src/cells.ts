export type { Cell, CellStore, SweptCellStore } from './cells/cell-store.ts';
export { memoryCells } from './cells/memory.ts';
export { type PostgresCellsOptions, postgresCells, postgresCellsDdl } from './cells/postgres.ts';
export { type RedisCellsOptions, redisCells } from './cells/redis.ts';
export { type SqliteCellsOptions, sqliteCells, sqliteCellsDdl } from './cells/sqlite.ts';
export { type CellChange, updateCell } from './cells/update-cell.ts';
export { InvalidOptionsError } from './core/invalid-options.ts';
