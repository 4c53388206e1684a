// What two workers of Citus cost against one PostgreSQL: `BENCH_CITUS_PROGRAMS=/usr/lib/postgresql/15/bin node tools/bootstrap.mjs bench/postgres/citus.ts`. The
// folder has the programs of a PostgreSQL with Citus. Keyed singles of 64 tenants are sent to one instance on each database, in turns;
// what passes between the instance, the database and the workers is counted by proxies. BENCH_ROUNDS and BENCH_SECONDS change how long it takes.
import { startPostgres } from '../../packages/idempotency/test/harness/postgres.ts';
import { loadHttp, postRequest } from '../http-load.ts';
import { median } from '../median.ts';
import { type ServerProcess, startServer } from '../server-process.ts';
import { uuidV7 } from '../usage-requests.ts';
import { connected } from './connected.ts';
import { CountingProxy, type Traffic } from './counting-proxy.ts';
import { databaseProcess, processorMs } from './processor-time.ts';

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 4);
const durationMs = Number(process.env['BENCH_SECONDS'] ?? 5) * 1_000;
const programs = process.env['BENCH_CITUS_PROGRAMS'];
const tenantCount = 64;
const connections = 64;
const adminKey = `bench-${uuidV7()}`;
const settings = {
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  shared_buffers: '128MB',
  max_connections: '300',
  max_prepared_transactions: '100',
};
const citusSettings = {
  ...settings,
  shared_preload_libraries: 'citus',
  max_worker_processes: '60',
  // Its programs may run as a user who cannot look for a certificate at home.
  'citus.node_conninfo': 'sslmode=disable',
  'citus.shard_count': '4',
  'citus.enable_statistics_collection': 'off',
};

/** An instance on a database, of one node or of several. */
interface Side {
  readonly name: string;
  readonly server: ServerProcess;
  /** the processes of the database's servers */
  readonly nodes: readonly number[];
  readonly toDatabase: CountingProxy;
  readonly toWorkers: readonly CountingProxy[];
  readonly nextRequest: () => string;
}

const nothing: Traffic = { statements: 0, roundTrips: 0, bytes: 0 };
const sum = (proxies: readonly CountingProxy[]): Traffic =>
  proxies
    .map(({ traffic }) => traffic)
    .reduce(
      (total, one) => ({
        statements: total.statements + one.statements,
        roundTrips: total.roundTrips + one.roundTrips,
        bytes: total.bytes + one.bytes,
      }),
      nothing,
    );
const portOf = (url: string) => Number(new URL(url).port);

async function processOf(url: string): Promise<number> {
  const client = await connected(url);
  const found = await databaseProcess(client);
  await client.end();
  return found;
}

/** Starts an instance on a database, and makes the tenants. */
async function side(name: string, url: string, more: Pick<Side, 'nodes' | 'toWorkers'>, isByTenant: boolean) {
  const toDatabase = await CountingProxy.start(portOf(url));
  const server = await startServer('apps/server/src/main.ts', {
    PORT: '0',
    LOG_LEVEL: 'warn',
    ADMIN_API_KEY: adminKey,
    DATABASE_URL: toDatabase.through(url),
    DATABASE_BY_TENANT: String(isByTenant),
  });
  const keys: string[] = [];
  for (let number = 0; number < tenantCount; number++)
    keys.push(await tenantAt(server.port, `tenant-${number}`));
  let turn = 0;
  const nextRequest = () => {
    const body = JSON.stringify({ agent: 'agent-7', serviceId: 'search', requests: 3 });
    const headers = [`X-API-Key: ${keys[turn++ % tenantCount]}`, `Idempotency-Key: ${uuidV7()}`];
    return postRequest('/api/v1/usage', body, headers);
  };
  return { name, server, toDatabase, nextRequest, ...more };
}

/** Makes a tenant with a service, and returns its key. */
async function tenantAt(port: number, tenant: string): Promise<string> {
  const made = await post(port, '/api-keys', { label: tenant, tenant }, adminKey);
  const key = String(Reflect.get(Object(made), 'key'));
  await post(port, '/services', { serviceId: 'search', priceStroops: 7 }, key);
  return key;
}

async function post(port: number, path: string, body: unknown, key: string): Promise<unknown> {
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': key },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
  return await answer.json();
}

async function plainSide(name: string, isByTenant: boolean): Promise<Side> {
  const { connectionString: url } = await startPostgres({ settings, programs });
  return await side(name, url, { nodes: [await processOf(url)], toWorkers: [] }, isByTenant);
}

async function citusSide(): Promise<Side> {
  const urls: string[] = [];
  const toWorkers: CountingProxy[] = [];
  for (let node = 0; node < 3; node++) {
    const { connectionString: url } = await startPostgres({ settings: citusSettings, programs });
    const client = await connected(url);
    await client.query('CREATE EXTENSION citus');
    await client.end();
    urls.push(url);
    if (node > 0) toWorkers.push(await CountingProxy.start(portOf(url)));
  }
  const [url = ''] = urls;
  const coordinator = await connected(url);
  await coordinator.query(`SELECT citus_set_coordinator_host('127.0.0.1', ${portOf(url)})`);
  for (const { port } of toWorkers) await coordinator.query(`SELECT citus_add_node('127.0.0.1', ${port})`);
  await coordinator.end();
  const nodes = await Promise.all(urls.map(processOf));
  return await side('Citus, two workers', url, { nodes, toWorkers }, true);
}

const figures = [
  'statements: instance',
  'round trips: instance',
  'bytes: instance',
  'statements: workers',
  'round trips: workers',
  'bytes: workers',
  'processor µs: instance',
  'processor µs: database',
] as const;
type Figures = Readonly<Record<(typeof figures)[number], number>>;

const read = ({ server, nodes, toDatabase, toWorkers }: Side) => ({
  toDatabase: toDatabase.traffic,
  toWorkers: sum(toWorkers),
  instanceMs: processorMs(-1, [server.pid]).instances,
  databaseMs: nodes.reduce((total, node) => total + processorMs(node, []).database, 0),
});

/** What one request costs. */
async function measure(of: Side): Promise<Figures> {
  let requests = 0;
  const nextRequest = () => {
    requests += 1;
    return of.nextRequest();
  };
  const before = read(of);
  const report = await loadHttp({ port: of.server.port, connections, warmUpMs: 0, durationMs, nextRequest });
  const after = read(of);
  const others = Object.keys(report.statuses).filter((status) => !status.startsWith('2'));
  if (others.length > 0) throw new Error(`${of.name} refused: ${JSON.stringify(report.statuses)}`);
  const each = (name: 'toDatabase' | 'toWorkers', what: keyof Traffic) =>
    (after[name][what] - before[name][what]) / requests;
  return {
    'statements: instance': each('toDatabase', 'statements'),
    'round trips: instance': each('toDatabase', 'roundTrips'),
    'bytes: instance': each('toDatabase', 'bytes'),
    'statements: workers': each('toWorkers', 'statements'),
    'round trips: workers': each('toWorkers', 'roundTrips'),
    'bytes: workers': each('toWorkers', 'bytes'),
    'processor µs: instance': ((after.instanceMs - before.instanceMs) * 1_000) / requests,
    'processor µs: database': ((after.databaseMs - before.databaseMs) * 1_000) / requests,
  };
}

if (programs === undefined)
  throw new Error('BENCH_CITUS_PROGRAMS names no folder with the programs of a PostgreSQL with Citus');
const sides = [
  await plainSide('one PostgreSQL', false),
  await plainSide('one PostgreSQL, DATABASE_BY_TENANT', true),
  await citusSide(),
];
// The code of a new process is optimized, and its tables are analyzed.
for (const one of sides) await measure(one);
const measured = new Map<string, Figures[]>(sides.map(({ name }) => [name, []]));
for (let round = 0; round < rounds; round++)
  for (const one of round % 2 === 0 ? sides : sides.toReversed())
    measured.get(one.name)?.push(await measure(one));
await Promise.all(sides.map(({ server }) => server.stop()));

const [first = []] = measured.values();
console.log(`| for each request | ${figures.join(' | ')} |`);
console.log(`| ${['---', ...figures.map(() => '---')].join(' | ')} |`);
for (const [name, found] of measured) {
  const cells = figures.map((figure) => {
    const isCount = figure.startsWith('statements') || figure.startsWith('round trips');
    return median(found.map((one) => one[figure])).toFixed(isCount ? 1 : 0);
  });
  console.log(`| ${name} | ${cells.join(' | ')} |`);
  const ratios = figures.map((figure) => {
    const each = found.map((one, round) => one[figure] / (first[round]?.[figure] ?? Number.NaN));
    return each.every(Number.isFinite) ? median(each).toFixed(2) : '';
  });
  console.log(`| against the first | ${ratios.join(' | ')} |`);
}
// The databases end with this process.
process.exit();
