/** Open holds count for limits. Those from before it count for none. */
export const heldCounts = {
  sqlite: 'ALTER TABLE holds ADD COLUMN counted TEXT;',
  postgres: 'ALTER TABLE holds ADD COLUMN counted text COLLATE "C";',
};
