import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { apiAt } from './harness/api.ts';
import { startProcess } from './harness/process.ts';
import { connectTo, rawPost } from './harness/raw-http.ts';
import { rounds } from './harness/rounds.ts';
import { temporaryFolder } from './harness/temporary-folder.ts';

const usage = { agent: 'agent-7', serviceId: 'search', requests: 3 };
const clients = rounds({ test: 100, prove: 1_000 });
const keys = Array.from({ length: clients }, (_, number) => `reset-${number}`);

async function sendAndReset(t: TestContext, url: string, key: string): Promise<void> {
  const { socket, write } = await connectTo(t, url);
  await write(rawPost('/usage', JSON.stringify(usage), [`Idempotency-Key: ${key}`]));
  socket.resetAndDestroy();
}

for (const [how, atOnce] of [
  ['one after the other', 1],
  // Enough that resets arrive before the server has accepted their connections.
  ['all at once', keys.length],
] as const) {
  test(`${clients} clients reset the connection after the request, ${how}, and retry: each request is recorded once`, async (t) => {
    const folder = temporaryFolder(t);
    const { url } = await startProcess(t, { DATABASE_URL: `file:${join(folder, 'books.db')}` });
    const api = apiAt(url);
    let replayed = 0;
    for (let at = 0; at < keys.length; at += atOnce) {
      const some = keys.slice(at, at + atOnce);
      await Promise.all(some.map((key) => sendAndReset(t, url, key)));
      const answers = await Promise.all(some.map((key) => api.post('/usage', usage, key)));
      for (const answer of answers) {
        assert.equal(answer.status, 201);
        if (answer.headers.get('idempotency-replayed') === 'true') replayed += 1;
      }
    }
    t.diagnostic(`${replayed} of ${clients} had taken effect although their client was gone`);
    // If all are sent at the same time, all resets may arrive first. The test then shows only that none of them did
    // harm.
    if (atOnce === 1) assert.ok(replayed > 0, 'no request arrived before its reset: the test showed nothing');
    const audit = (await api.get('/audit')).json;
    assert.equal(audit.ok, true);
    assert.equal(audit.entries, clients);
    assert.equal(audit.recorded.requests, 3 * clients);
    assert.equal((await api.get('/usage/agent-7/search')).json.total, 3 * clients);
  });
}
