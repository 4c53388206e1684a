// Ages a PostgreSQL: fills it with the keys and answers of several days, and lets further days pass. On each of these
// the real sweep runs under load with a moved clock. Then it compares the cost of writes with a nearly empty database.
// AGEING_KEYS sets the number of kept keys, AGEING_DAYS the number of further days; BENCH_ROUNDS=0 skips the writes.
import { ConnectionInTurns } from '../../apps/server/src/storage/postgres/exclusive-connection.ts';
import { PostgresSweep } from '../../apps/server/src/storage/postgres/upkeep/sweep.ts';
import { startPostgres } from '../../packages/idempotency/test/harness/postgres.ts';
import { connected } from '../postgres/connected.ts';
import { startInstances } from '../postgres/instances.ts';
import { uuidV7 } from '../usage-requests.ts';
import { type Ageing, dayMs, makePartsOf, printDay, retentionDays, sweepAt } from './days.ts';
import { fillAnswers, fillDeliveries, fillEntries, fillRecords } from './fill-postgres.ts';
import { load, printWriteCosts, singles, size } from './write-cost.ts';

const furtherDays = Number(process.env['AGEING_DAYS'] ?? 5);
const deliveriesKeptDays = 30;
const today = Math.floor(Date.now() / dayMs);
/** The first of the days that pass. The load writes rows of today, after all of these days, so they are not swept. */
const firstDay = today - 1 - furtherDays;

const settings = {
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  shared_buffers: '2GB',
  max_wal_size: '8GB',
  // A day takes minutes here, so autovacuum must look more often than its default of once a minute.
  autovacuum_naptime: '5s',
};
const postgres = await startPostgres({ settings });
const cap = { answersMax: 1_000_000_000, bytesMax: 1_000_000_000_000 };

/** A database with a server on it, and with `keys` keys of earlier days. */
async function aged(name: string, keys: number) {
  const admin = await connected(postgres.connectionString);
  await admin.query(`CREATE DATABASE ${name}`);
  await admin.end();
  const url = postgres.connectionString.replace(/postgres$/, name);
  const [instance] = await startInstances(url, 1);
  if (instance === undefined) throw new Error('no server was started');
  const client = await connected(url);
  const upkeep = new ConnectionInTurns({ url, isPrepared: true });
  const sweep = new PostgresSweep(upkeep, cap);
  await load(instance.port, singles('UUIDv7 keys', uuidV7), { durationMs: 1_000 });
  await makePartsOf(sweep, firstDay - deliveriesKeptDays, today);
  // The sweep forgets nothing before its clock has run steadily for three days.
  for (let day = firstDay - 4; day <= firstDay; day++) await sweepAt(sweep, day);
  const startMs = performance.now();
  const count = Math.floor(keys / retentionDays);
  for (let day = firstDay - retentionDays; day < firstDay; day++) await fillRecords(client, { day, count });
  await fillAnswers(client, { day: firstDay - 1, count });
  const deliveries = Math.max(1, Math.floor(count / 100));
  for (let day = firstDay - deliveriesKeptDays; day < firstDay; day++) {
    await fillDeliveries(client, { day, count: deliveries });
  }
  if (size.rounds > 0) await fillEntries(client, { day: firstDay, count: keys });
  await client.query('VACUUM (ANALYZE)');
  await client.query('CHECKPOINT');
  console.log(`${name}: ${keys} keys, filled in ${((performance.now() - startMs) / 1000).toFixed(0)} s`);
  const ageing: Ageing = { url, client, port: instance.port, sweep };
  const close = async () => {
    await instance.stop();
    await client.end();
    await upkeep.close();
  };
  return { ageing, perDay: { keys: count, deliveries }, close };
}

const few = await aged('few', size.fewKeys);
const many = await aged('many', size.keys);
for (let number = 1; number <= furtherDays; number++) {
  await printDay(many.ageing, firstDay + number - 1, { number, ...many.perDay });
}
// Only after the days: otherwise random keys of today would be older than those of days that are filled later.
if (size.rounds > 0) {
  await printWriteCosts(
    { port: few.ageing.port, keys: size.fewKeys },
    { port: many.ageing.port, keys: size.keys },
  );
}
await few.close();
await many.close();
await postgres.stop();
