/** The name that people have for what a service counts. */
export const serviceUnit = {
  sqlite: 'ALTER TABLE services ADD COLUMN unit TEXT;',
  postgres: 'ALTER TABLE services ADD COLUMN unit text COLLATE "C";',
};
