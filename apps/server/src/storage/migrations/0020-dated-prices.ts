/** The next price of a service, with its date, and the date of each price version that has one. What was there before has none. */
export const datedPrices = {
  sqlite: `
ALTER TABLE services ADD COLUMN next_price TEXT;
ALTER TABLE service_prices ADD COLUMN effective_from_ms INTEGER;
`,
  postgres: `
ALTER TABLE services ADD COLUMN next_price text COLLATE "C";
ALTER TABLE service_prices ADD COLUMN effective_from_ms bigint;
`,
};
