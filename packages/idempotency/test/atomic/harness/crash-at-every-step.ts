import assert from 'node:assert/strict';
import { freePort } from '../../harness/free-port.ts';
import { assertOnce, type Ledger } from './ledger.ts';
import { RetryingClient } from './retrying-client.ts';
import { type ServerOptions, type ServerProcess, startServer } from './server-process.ts';
import { type Step, steps } from './steps.ts';

/**
 * Charges once for each step: one server dies at the step, and another one takes its place. That one dies at the next
 * step, during the next charge.
 */
export async function crashAtEveryStep(
  driver: string,
  ledger: Ledger,
  more: Pick<ServerOptions, 'prismaFolder'> = {},
): Promise<void> {
  const port = await freePort();
  const accountOf = (step: Step) => `${driver}-${step}`;
  const start = (killAt: Step | undefined) => {
    const kill = killAt === undefined ? {} : { killAt, killAccount: accountOf(killAt) };
    return startServer({ driver, database: ledger.database, port, ...kill, ...more });
  };
  let server: ServerProcess | undefined = await start(steps[0]);
  try {
    for (const [at, step] of steps.entries()) {
      const account = accountOf(step);
      await ledger.addAccount(account);
      const client = new RetryingClient(account);
      const answered = client.charge(server.url);
      const survived = answered.then(() => assert.fail(`the server did not die: ${step}`));
      assert.equal(await Promise.race([server.exited, survived]), 'SIGKILL');
      server = await start(steps[at + 1]);
      // A committed charge is replayed. Any other is executed again.
      const hasCommitted = step === 'committed' || step === 'answering';
      assert.equal(await answered, hasCommitted, step);
      assert.equal(await client.charge(server.url), true, step);
      await assertOnce(ledger, account, [client]);
    }
  } finally {
    await server.stop();
  }
}
