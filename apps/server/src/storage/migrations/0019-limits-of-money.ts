/** The asset of a limit that counts what usage costs. What was set before counts units. */
export const limitsOfMoney = {
  sqlite: 'ALTER TABLE limits ADD COLUMN asset TEXT;',
  postgres: 'ALTER TABLE limits ADD COLUMN asset text COLLATE "C";',
};
