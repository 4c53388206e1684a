/**
 * Prices in 10^-12 and lines of bills in 10^-18 of the asset, where both were in stroops; and what a bill leaves below a stroop.
 * The largest price, 9,000,000 of the asset, fits in 64 bits. A line may have more, so its amount is digits.
 */
export const exactPrices = {
  sqlite: `
ALTER TABLE services RENAME COLUMN price_stroops TO price;
ALTER TABLE services RENAME COLUMN first_price_stroops TO first_price;
ALTER TABLE services ADD COLUMN price_per INTEGER NOT NULL DEFAULT 1;
UPDATE services SET price = price * 100000, first_price = first_price * 100000;
ALTER TABLE service_prices RENAME COLUMN price_stroops TO price;
UPDATE service_prices SET price = price * 100000;
ALTER TABLE account_lines RENAME COLUMN price_stroops TO price;
UPDATE account_lines SET price = price * 100000 WHERE price IS NOT NULL;
ALTER TABLE settlement_lines RENAME COLUMN price_stroops TO price;
ALTER TABLE settlement_lines ADD COLUMN amount TEXT NOT NULL DEFAULT '0';
UPDATE settlement_lines SET price = price * 100000,
  amount = CASE amount_stroops WHEN 0 THEN '0' ELSE amount_stroops || '00000000000' END;
ALTER TABLE settlement_lines DROP COLUMN amount_stroops;
ALTER TABLE accounts ADD COLUMN remainder INTEGER NOT NULL DEFAULT 0;
ALTER TABLE settlements ADD COLUMN remainder INTEGER NOT NULL DEFAULT 0;
`,
  postgres: `
ALTER TABLE services RENAME COLUMN price_stroops TO price;
ALTER TABLE services RENAME COLUMN first_price_stroops TO first_price;
ALTER TABLE services ADD COLUMN price_per integer NOT NULL DEFAULT 1;
UPDATE services SET price = price * 100000, first_price = first_price * 100000;
ALTER TABLE service_prices RENAME COLUMN price_stroops TO price;
UPDATE service_prices SET price = price * 100000;
ALTER TABLE account_lines RENAME COLUMN price_stroops TO price;
ALTER TABLE account_lines ALTER COLUMN price TYPE bigint USING price * 100000;
ALTER TABLE settlement_lines RENAME COLUMN price_stroops TO price;
ALTER TABLE settlement_lines RENAME COLUMN amount_stroops TO amount;
ALTER TABLE settlement_lines ALTER COLUMN price TYPE bigint USING price * 100000,
  ALTER COLUMN amount TYPE text COLLATE "C" USING (amount::numeric * 100000000000)::text;
ALTER TABLE accounts ADD COLUMN remainder bigint NOT NULL DEFAULT 0;
ALTER TABLE settlements ADD COLUMN remainder bigint NOT NULL DEFAULT 0;
`,
};
