import { key, small, table, text } from '../table.ts';

/** The assets that a tenant registered. XLM is built in and has no row. */
export const assets = table({
  name: 'assets',
  place: { tenant: text() },
  columns: { code: key(text()), scale: small() },
});
