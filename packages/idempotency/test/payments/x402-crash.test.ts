import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { newDatabaseFile } from '../harness/sqlite.ts';
import { startFacilitator } from './harness/facilitator.ts';
import { paidApps } from './harness/paid-apps.ts';
import { paymentHeaders } from './harness/payments.ts';

const file = fileURLToPath(new URL('harness/paid-process.ts', import.meta.url));
/** Longer than a lease, by the clock of the store. */
const laterMs = 60_000;

async function startProcess(
  t: TestContext,
  args: readonly string[],
): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  t.after(() => child.kill('SIGKILL'));
  const [url] = await once(child, 'message');
  return { child, url: String(url) };
}

async function buy(url: string, headers: Readonly<Record<string, string>>): Promise<string> {
  const response = await fetch(`${url}/photos`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close', ...headers },
    body: '{"size":1}',
  });
  return JSON.stringify([response.status, response.headers.get('payment-response'), await response.text()]);
}

for (const framework of Object.keys(paidApps)) {
  for (const canAsk of framework === 'hono' ? ['yes'] : ['yes', 'no']) {
    const outcome = canAsk === 'yes' ? 'twenty equal answers' : 'unknown';
    test(`on ${framework}, a process is killed after the settlement: one charge, and after the restart ${outcome}`, async (t) => {
      const database = newDatabaseFile();
      const facilitator = await startFacilitator();
      t.after(() => facilitator.close());
      const first = await startProcess(t, [framework, database, facilitator.url, '0', canAsk]);
      facilitator.onCharged = async () => {
        first.child.kill('SIGKILL');
        await once(first.child, 'exit');
      };
      const headers = paymentHeaders({ identifier: 'payment-identifier' });
      await assert.rejects(buy(first.url, headers));
      assert.equal(facilitator.charged.length, 1);

      facilitator.onCharged = () => undefined;
      const second = await startProcess(t, [framework, database, facilitator.url, `${laterMs}`, canAsk]);
      const answers = await Promise.all(Array.from({ length: 20 }, () => buy(second.url, headers)));
      const [status, receipt] = JSON.parse(answers[0] ?? '');
      if (canAsk === 'yes') {
        assert.equal(new Set(answers).size, 1);
        assert.equal(status, 201);
        assert.match(
          Buffer.from(receipt, 'base64').toString(),
          /"success":true,"transaction":"0xtransaction-of-/,
        );
      } else {
        assert.ok(
          answers.every((answer) => answer.startsWith('[503,null,') && answer.includes('do not pay again')),
        );
      }
      assert.deepEqual([facilitator.settleCalls, facilitator.verified.length], [1, 1]);
    });
  }
}
