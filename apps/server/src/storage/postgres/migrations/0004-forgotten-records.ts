/**
 * How records that are in no part of their day are found by time, and how their room is used again. A block range index
 * loses what it knows as soon as the room of old rows is given to new ones: each range then spans all days.
 */
export const forgottenRecords = `
DROP INDEX records_untimed_by_time;
CREATE INDEX records_untimed_by_time ON records_untimed (first_seen_at_ms);
CREATE INDEX records_rest_by_time ON records_rest (first_seen_at_ms);

-- By default a fifth of the table would have to be dead first: of 400 days that is 80 days of keys. The room at its end is
-- not given back: the keys of the next day need it, and giving it back locks the table against everybody.
ALTER TABLE records_untimed SET (autovacuum_vacuum_scale_factor = 0.02, vacuum_truncate = off);
ALTER TABLE records_rest SET (autovacuum_vacuum_scale_factor = 0.02, vacuum_truncate = off);
`;
