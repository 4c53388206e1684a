/** Assets that a tenant registered, and what the prices of a service are in. What was there before is in XLM. */
export const assets = {
  sqlite: `
CREATE TABLE assets (
  tenant TEXT NOT NULL,
  code TEXT NOT NULL,
  scale INTEGER NOT NULL,
  PRIMARY KEY (tenant, code)
) STRICT, WITHOUT ROWID;
ALTER TABLE services ADD COLUMN asset TEXT NOT NULL DEFAULT 'XLM';
ALTER TABLE services ADD COLUMN asset_scale INTEGER NOT NULL DEFAULT 7;
`,
  postgres: `
CREATE TABLE assets (
  tenant text COLLATE "C" NOT NULL,
  code text COLLATE "C" NOT NULL,
  scale integer NOT NULL,
  PRIMARY KEY (tenant, code)
);
ALTER TABLE services ADD COLUMN asset text COLLATE "C" NOT NULL DEFAULT 'XLM';
ALTER TABLE services ADD COLUMN asset_scale integer NOT NULL DEFAULT 7;
`,
};
