/** The name that people have for what a service counts. */
const sql = 'ALTER TABLE services ADD COLUMN unit TEXT;';

export const serviceUnit = { sqlite: sql, postgres: sql };
