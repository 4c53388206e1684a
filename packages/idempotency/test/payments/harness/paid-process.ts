// The process that the tests kill: a paid API on a SQLite file. Arguments: framework, file, URL of the facilitator, how
// far its clock is ahead in milliseconds, whether it can look up charges.
import { DatabaseSync } from 'node:sqlite';
import { sqliteCells } from '../../../src/cells.ts';
import { sqliteStore } from '../../../src/stores/sqlite.ts';
import { paidApps } from './paid-apps.ts';

const [framework = '', file = '', facilitatorUrl = '', aheadMs = '0', canAsk = 'no'] = process.argv.slice(2);
const open = () => {
  const database = new DatabaseSync(file);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  return database;
};

const start = paidApps[framework];
if (start === undefined) throw new Error(`there is no app for ${framework}`);
const { url } = await start({
  facilitatorUrl,
  store: sqliteStore({ database: open(), nowMs: () => Date.now() + Number(aheadMs) }),
  settlements: sqliteCells({ database: open() }),
  ...(canAsk === 'yes' ? { findCharged } : {}),
});
process.send?.(url);
// The process must not survive its parent.
process.on('disconnect', () => process.exit());

async function findCharged(nonce: string): Promise<boolean> {
  const response = await fetch(`${facilitatorUrl}/charges/${nonce}`);
  return (await response.text()) === 'true';
}
