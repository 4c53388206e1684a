/** The tables of the example, in SQL that both PostgreSQL and SQLite accept, and an account to charge. */
export const schema = `
  CREATE TABLE IF NOT EXISTS accounts (id text PRIMARY KEY, balance bigint NOT NULL CHECK (balance >= 0));
  CREATE TABLE IF NOT EXISTS charges (
    id text PRIMARY KEY,
    account text NOT NULL REFERENCES accounts,
    amount bigint NOT NULL CHECK (amount > 0)
  );
  INSERT INTO accounts (id, balance) VALUES ('acme', 100000) ON CONFLICT DO NOTHING;
`;
