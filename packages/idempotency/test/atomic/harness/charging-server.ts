// The process that the tests kill: a charge endpoint on one driver. Arguments: driver, database.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { json } from 'node:stream/consumers';
import { idempotent, operationOf } from '../../../src/adapters/node.ts';
import type { Charge, OpenDriver } from './charging-driver.ts';
import { type Progress, type Step, steps } from './steps.ts';

const drivers: Readonly<Record<string, () => Promise<{ readonly openDriver: OpenDriver }>>> = {
  'node-postgres': () => import('./drivers/node-postgres.ts'),
  'postgres-js': () => import('./drivers/postgres-js.ts'),
  kysely: () => import('./drivers/kysely.ts'),
  drizzle: () => import('./drivers/drizzle.ts'),
  prisma: () => import('./drivers/prisma.ts'),
  'node-sqlite': () => import('./drivers/node-sqlite.ts'),
  'better-sqlite3': () => import('./drivers/better-sqlite3.ts'),
};

const { KILL_AT, KILL_ACCOUNT, PAUSE_AT, LEASE_MS, PORT } = process.env;
const [name = '', database = ''] = process.argv.slice(2);
const load = drivers[name];
if (load === undefined) throw new Error(`there is no driver ${name}`);
const { store, charge } = await (await load()).openDriver(database);

let isPaused = false;

function progressOf({ account }: Charge): Progress {
  const reach = (step: Step) => {
    if (step === KILL_AT && account === KILL_ACCOUNT) process.kill(process.pid, 'SIGKILL');
    process.send?.({ kind: 'reached', step, account });
  };
  return {
    reach,
    async pass(step) {
      reach(step);
      if (step !== PAUSE_AT || isPaused) return;
      isPaused = true;
      await once(process, 'message');
    },
  };
}

const handler = idempotent(
  {
    store,
    callers: 'by-address',
    mode: 'atomic',
    requireKey: true,
    leaseMs: Number(LEASE_MS),
    waitMs: 15_000,
  },
  async (request, response) => {
    const operation = operationOf(request);
    if (operation === undefined) throw new Error('there is no operation');
    const wanted = { ...parseCharge(await json(request)), id: randomUUID() };
    const progress = progressOf(wanted);
    await progress.pass('claimed');
    await charge(wanted, operation, progress);
    await progress.pass('committed');
    if (KILL_AT === 'answering' && wanted.account === KILL_ACCOUNT) dieInTheMiddle(request.socket);
    response.end('what is sent is what was committed');
  },
);

/** Sends the next write without its end, and dies while it is being sent. */
function dieInTheMiddle(socket: Socket): void {
  const { write } = socket;
  socket.write = (chunk: Uint8Array | string) => {
    socket.write = () => true;
    return write.call(socket, Buffer.from(chunk).subarray(0, -5), undefined, () =>
      process.kill(process.pid, 'SIGKILL'),
    );
  };
}

function parseCharge(body: unknown): Omit<Charge, 'id'> {
  if (typeof body !== 'object' || body === null || !('account' in body) || !('amount' in body)) {
    throw new TypeError('not a charge');
  }
  return { account: String(body.account), amount: Number(body.amount) };
}

if (KILL_AT !== undefined && !steps.some((step) => step === KILL_AT)) throw new Error(`no step ${KILL_AT}`);
const server = createServer(handler).listen(Number(PORT), '127.0.0.1', () =>
  process.send?.({ kind: 'listening' }),
);
// The process must not survive its parent.
process.on('disconnect', () => {
  server.close();
  process.exit();
});
