/** Decimal places of quantities. What was recorded before has none. */
export const unitScales = {
  sqlite: `
ALTER TABLE services ADD COLUMN unit_scale INTEGER NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN unit_scale INTEGER NOT NULL DEFAULT 0;
ALTER TABLE holds ADD COLUMN unit_scale INTEGER NOT NULL DEFAULT 0;
`,
  postgres: `
ALTER TABLE services ADD COLUMN unit_scale integer NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN unit_scale integer NOT NULL DEFAULT 0;
ALTER TABLE holds ADD COLUMN unit_scale integer NOT NULL DEFAULT 0;
`,
};
