import type pg from 'pg';
import type { Ledger } from './ledger.ts';

/** Delays the commits of one account, like a slow disk or standby would. */
export interface HeldCommit {
  /** Waits until such a commit is running, and returns the process id of its backend. */
  underWay(): Promise<number>;
  /** Lets the commits continue. */
  letGo(): Promise<void>;
}

const trigger = `
  CREATE OR REPLACE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.account LIKE 'held-%' THEN PERFORM pg_advisory_xact_lock(1); END IF; RETURN NULL;
  END $$;
  CREATE CONSTRAINT TRIGGER hold AFTER INSERT ON charges DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION hold();`;

/** Creates a constraint that is checked at the commit and can be made to wait, so that commits can be held. */
export async function allowHeldCommits({ pool }: { readonly pool: pg.Pool }): Promise<void> {
  await pool.query(trigger);
}

/** Holds the commits of accounts whose name begins with `held-`. */
export async function holdCommits({ pool }: Ledger & { readonly pool: pg.Pool }): Promise<HeldCommit> {
  const holder = await pool.connect();
  await holder.query('SELECT pg_advisory_lock(1)');
  return {
    async underWay() {
      for (;;) {
        const { rows } = await pool.query<{ pid: number }>(
          `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`,
        );
        const [waiting] = rows;
        if (waiting !== undefined) return waiting.pid;
      }
    },
    async letGo() {
      await holder.query('SELECT pg_advisory_unlock(1)');
      holder.release();
    },
  };
}
