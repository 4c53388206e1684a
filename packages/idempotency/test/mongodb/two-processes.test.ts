import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { after, describe, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { mongodbStore } from '../../src/stores/mongodb.ts';
import { openMongodb } from '../harness/mongodb.ts';

const server = openMongodb();
const missing = typeof server === 'string' ? server : undefined;
after(async () => {
  if (typeof server !== 'string') await server.stop();
});

interface Charging {
  readonly child: ChildProcess;
  readonly port: number;
}

const program = fileURLToPath(new URL('harness/charging-process.ts', import.meta.url));
/** Longer than an operation takes on a loaded machine. */
const longMs = 120_000;

async function start(t: TestContext, url: string, leaseMs: number): Promise<Charging> {
  const child = fork(program, [url, `${leaseMs}`]);
  t.after(() => child.kill('SIGKILL'));
  const [port] = await once(child, 'message');
  return { child, port: Number(port) };
}

/** Waits for this many messages of a process. */
async function messages(child: ChildProcess, count: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let heard = 0;
  child.on('message', () => {
    if (++heard === count) resolve();
  });
  await promise;
}

async function charge({ port }: Charging, key: string, headers: Record<string, string> = {}) {
  const response = await fetch(`http://127.0.0.1:${port}/charges`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key, ...headers },
    body: JSON.stringify({ amount: '12.50' }),
  });
  return { status: response.status, body: await response.text() };
}

describe('Two processes on one MongoDB', { skip: missing ?? false }, () => {
  if (typeof server === 'string') return;
  const database = server.newClient().db();
  const chargesOf = (key: string) => database.collection('charges').countDocuments({ key });

  test('execute each of 20 keys once, if it arrives 10 times at once through both', async (t) => {
    const both = [await start(t, server.url, longMs), await start(t, server.url, longMs)];
    const keys = Array.from({ length: 20 }, () => crypto.randomUUID());
    const sent = keys.flatMap((key) =>
      Array.from({ length: 10 }, async (_, at) => {
        const process = both[at % 2];
        assert.ok(process !== undefined);
        return { key, ...(await charge(process, key)) };
      }),
    );
    const answers = Map.groupBy(await Promise.all(sent), ({ key }) => key);
    for (const key of keys) {
      const ofKey = answers.get(key) ?? [];
      assert.deepEqual([...new Set(ofKey.map(({ status }) => status))], [201]);
      assert.equal(new Set(ofKey.map(({ body }) => body)).size, 1);
      assert.equal(await chargesOf(key), 1);
    }
  });

  test('execute nothing twice, if one is killed after its charge and before its answer', async (t) => {
    const [first, other] = [await start(t, server.url, longMs), await start(t, server.url, longMs)];
    const keys = Array.from({ length: 5 }, () => crypto.randomUUID());
    const charged = messages(first.child, keys.length);
    const cut = keys.map(async (key) => await assert.rejects(charge(first, key, { 'X-Hold': 'yes' })));
    await charged;
    first.child.kill('SIGKILL');
    await Promise.all(cut);
    // The test ends the leases directly, so that nothing waits for them.
    const store = mongodbStore({ database });
    for (const { _id, token } of await heldDocuments()) {
      const [scope = '', key = ''] = _id.split(':');
      assert.equal(await store.renew({ scope, key }, token, 0), true);
    }
    for (const key of keys) {
      const answer = await charge(other, key);
      assert.equal(answer.status, 409);
      assert.equal(JSON.parse(answer.body).error, 'idempotency_outcome_unknown');
      assert.equal(await chargesOf(key), 1);
    }
  });

  async function heldDocuments() {
    const records = database.collection<{ _id: string; token: number }>('idempotency');
    return await records.find({ leaseUntil: { $exists: true } }).toArray();
  }
});
