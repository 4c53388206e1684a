import assert from 'node:assert/strict';
import { freePort } from '../../harness/free-port.ts';
import { assertOnce, type Ledger } from './ledger.ts';
import { RetryingClient } from './retrying-client.ts';
import { type ServerOptions, type ServerProcess, startServer } from './server-process.ts';

/** The step that the other process has reached when the first one continues. */
const furthest = { claimed: 'committed', begun: 'committed', charged: 'begun' } as const;

/**
 * Lets two processes execute the same charge. One is suspended during it until its lease has lapsed and the other one
 * has taken over; then it continues. Afterwards both get another charge ten times each, at the same time.
 *
 * @param pauseAt the step at which the first one is suspended
 */
export async function shareCharges(
  driver: string,
  ledger: Ledger,
  pauseAt: keyof typeof furthest,
  more: Pick<ServerOptions, 'prismaFolder'> = {},
): Promise<void> {
  const start = async (options: Pick<ServerOptions, 'pauseAt'>) =>
    startServer({ driver, database: ledger.database, port: await freePort(), ...more, ...options });
  const late = await start({ pauseAt });
  try {
    const other = await start({});
    try {
      await holdLate(late, other, ledger, `${driver}-late-${pauseAt}`, pauseAt);
      await duplicateAtOnce(late, other, ledger, `${driver}-duplicates-${pauseAt}`);
    } finally {
      await other.stop();
    }
  } finally {
    await late.stop();
  }
}

async function holdLate(
  late: ServerProcess,
  other: ServerProcess,
  ledger: Ledger,
  account: string,
  pauseAt: keyof typeof furthest,
): Promise<void> {
  await ledger.addAccount(account);
  const client = new RetryingClient(account);
  const ofLate = client.charge(late.url);
  await late.reached(pauseAt, account);
  late.kill('SIGSTOP');
  const ofOther = client.charge(other.url);
  await other.reached(furthest[pauseAt], account);
  late.kill('SIGCONT');
  late.goOn();
  assert.equal(await ofOther, false);
  // Its own execution was refused and rolled back: it finally sent the other process's answer.
  assert.equal(await ofLate, true);
  await assertOnce(ledger, account, [client]);
}

async function duplicateAtOnce(
  first: ServerProcess,
  second: ServerProcess,
  ledger: Ledger,
  account: string,
): Promise<void> {
  await ledger.addAccount(account);
  const client = new RetryingClient(account);
  const replayed = await Promise.all(
    Array.from({ length: 20 }, (_, at) => client.charge(at % 2 === 0 ? first.url : second.url)),
  );
  assert.equal(replayed.filter((isReplay) => !isReplay).length, 1);
  assert.equal(client.answers.length, 20);
  await assertOnce(ledger, account, [client]);
}
