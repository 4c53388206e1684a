/**
 * Prices with tiers, and what was counted in each of them: of an account in its period, of its lines, of entries, reversals and bills.
 * All of it is JSON, of at most ten tiers; what has a flat price has none.
 */
const columns = (type: string) => `
ALTER TABLE services ADD COLUMN price_tiers ${type};
ALTER TABLE service_prices ADD COLUMN price_tiers ${type};
ALTER TABLE accounts ADD COLUMN tier_period ${type};
ALTER TABLE account_lines ADD COLUMN tiered ${type};
ALTER TABLE entries ADD COLUMN tiered ${type};
ALTER TABLE reversal_lines ADD COLUMN tiered ${type};
ALTER TABLE settlement_lines ADD COLUMN tiered ${type};
`;

export const priceTiers = { sqlite: columns('TEXT'), postgres: columns('text COLLATE "C"') };
