/** Bills that one run made. */
const column = 'ALTER TABLE settlements ADD COLUMN run_id TEXT;';
const index = 'CREATE INDEX settlements_of_run ON settlements (tenant, run_id, id) WHERE run_id IS NOT NULL;';

export const runs = {
  sqlite: column + index,
  postgres: column.replace('TEXT', 'text COLLATE "C"') + index,
};
