/**
 * Where the next id begins, to the number in the millisecond: ids never step back, also if the clock does. And how far
 * they were ever ahead of the clock: until now an hour at the most.
 */
export const idsReached = `
ALTER TABLE ledger_clock RENAME COLUMN last_id_time_ms TO next_id_time_ms;
ALTER TABLE ledger_clock ADD COLUMN next_id_counter INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ledger_clock ADD COLUMN ids_ahead_ms INTEGER NOT NULL DEFAULT 3600000;
UPDATE ledger_clock SET next_id_time_ms = next_id_time_ms + 1;
`;
