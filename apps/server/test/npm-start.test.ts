// Tests how `npm start` ends with real processes: npm, a shell, the bootstrap and the server.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { checkClaims, take } from '../../../packages/idempotency/test/harness/taken-blocks.ts';
import { type LaunchedServer, launch } from './harness/npm-start.ts';
import { connectTo, rawPost } from './harness/raw-http.ts';

const body = JSON.stringify({ agent: 'agent-7', serviceId: 'search', requests: 3 });
const npmStart = [...take('README.md', 'npm start\n').trim().split(' '), '--silent'];
const bootstrap = [process.execPath, 'tools/bootstrap.mjs', 'apps/server/src/main.ts'];

/** Ends the server during a request: the request is answered, and no process remains. */
async function endsWell(t: TestContext, server: LaunchedServer, end: () => void): Promise<void> {
  const begun = await connectTo(t, server.url);
  const whole = rawPost('/usage', body, ['Idempotency-Key: k', 'Expect: 100-continue']);
  await begun.write(whole.subarray(0, whole.length - body.length));
  assert.equal((await begun.answer()).status, 100);
  const idle = await connectTo(t, server.url);
  end();
  // The server is stopping once it has closed idle connections.
  idle.socket.resume();
  if (!idle.socket.readableEnded) await once(idle.socket, 'end');
  idle.socket.end();
  await begun.write(body);
  assert.equal((await begun.answer()).status, 201);
  begun.socket.end();
  await server.ended;
}

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGKILL'] as const) {
  test(`${signal} to npm start: the server finishes its requests and ends`, async (t) => {
    const server = await launch(t, npmStart);
    await endsWell(t, server, () => {
      // A terminal sends Ctrl-C to all of them. If only npm gets the signal, some shells (dash) do not pass it on, and
      // everything continues.
      if (signal === 'SIGINT') process.kill(-(server.launcher.pid ?? 0), signal);
      else server.launcher.kill(signal);
    });
  });

  test(`${signal} to the bootstrap: the server finishes its requests and ends`, async (t) => {
    const server = await launch(t, bootstrap);
    await endsWell(t, server, () => server.launcher.kill(signal));
  });
}

test('the server ends when the shell between npm and the bootstrap dies', async (t) => {
  const server = await launch(t, npmStart);
  const parents = [server.serverPid];
  for (let pid = server.serverPid; pid !== server.launcher.pid && pid > 1; ) {
    pid = parentOf(pid);
    parents.push(pid);
  }
  // The server, the bootstrap, and the shell if it still exists. npm is the last.
  const [, bootstrapPid = 0, shell = 0] = parents;
  await endsWell(t, server, () => process.kill(parents.length > 3 ? shell : bootstrapPid, 'SIGKILL'));
});

function parentOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}

checkClaims(import.meta.url);
