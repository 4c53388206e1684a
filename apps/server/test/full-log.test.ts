import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as passing } from 'node:timers/promises';
import { freePort } from '../../../packages/idempotency/test/harness/free-port.ts';
import { mainOf } from '../../../packages/idempotency/test/harness/main-of.ts';
import { type Api, apiAt } from './harness/api.ts';
import { childEnvironment } from './harness/child-environment.ts';
import { emptyDatabase, engineEnvironment } from './harness/database.ts';
import { onEnd } from './harness/on-end.ts';
import { smallDisk } from './harness/small-disk.ts';
import { temporaryFolder } from './harness/temporary-folder.ts';

const serverMain = mainOf('apps/server/src/main.ts');
const dropped = /"lines":(\d+),"msg":"log lines were dropped/;

test('a pipe that no one reads loses log lines: requests are answered, and SIGTERM ends the server', async (t) => {
  const fifo = join(temporaryFolder(t), 'log');
  execFileSync('mkfifo', [fifo]);
  const pipe = openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK);
  const { api, child } = await startWithOutput(t, pipe);
  await writesUntilDropped(api);
  // After the log is read again, it continues, and says how many lines are missing.
  let text = '';
  for (let tries = 0; !dropped.test(text) && tries < 500; tries++) {
    text += drained(pipe);
    await api.get('/health/live');
  }
  assert.match(text, dropped);
  // The last line may not have come as a whole yet.
  for (const line of text.split('\n').slice(0, -1)) JSON.parse(line);
  await writesUntilDropped(api);
  assert.equal(await stopped(child), 0);
});

test('a full disk loses log lines: requests are answered, and logging continues when there is room', async (t) => {
  const disk = smallDisk(t, 1);
  if (disk === undefined) return t.skip('this process may not mount a small disk');
  const file = join(disk.folder, 'log');
  const output = openSync(file, 'a');
  onEnd(t, () => closeSync(output));
  const { api, child } = await startWithOutput(t, output);
  disk.fill();
  await writesUntilDropped(api);
  disk.clear();
  const lines = () => readFileSync(file, 'utf8').trimEnd().split('\n');
  for (let tries = 0; !lines().some((line) => dropped.test(line)) && tries < 500; tries++) {
    await api.get('/health/live');
  }
  assert.ok(lines().some((line) => dropped.test(line)));
  disk.fill();
  await api.get('/health/live');
  assert.equal(await stopped(child), 0);
});

test('an output that is always full prevents neither the start nor a request', async (t) => {
  const output = openSync('/dev/full', 'w');
  onEnd(t, () => closeSync(output));
  const { api, child } = await startWithOutput(t, output);
  await writesUntilDropped(api);
  assert.equal(await stopped(child), 0);
});

/** Sends usage until the server has dropped a line of its log. Each request is answered. */
async function writesUntilDropped(api: Api): Promise<void> {
  const before = await droppedLines(api);
  for (let round = 0; (await droppedLines(api)) === before; round++) {
    assert.ok(round < 100, 'no line was dropped');
    const usage = { agent: `agent-${'7'.repeat(200)}`, serviceId: 'search', requests: 1 };
    const answers = await Promise.all(Array.from({ length: 50 }, () => api.post('/usage', usage)));
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([201]));
  }
}

async function droppedLines(api: Api): Promise<number> {
  const { text } = await api.get('/metrics');
  return Number(/^billonce_log_lines_dropped_total (\d+)$/m.exec(text)?.[1]);
}

/** Starts a server that logs each request to this descriptor. */
async function startWithOutput(t: TestContext, stdout: number): Promise<{ api: Api; child: ChildProcess }> {
  const port = await freePort();
  const child = spawn(process.execPath, [serverMain], {
    env: {
      ...engineEnvironment,
      ...childEnvironment,
      HOST: '127.0.0.1',
      PORT: String(port),
      LOG_LEVEL: 'debug',
      IDEMPOTENCY_REQUIRED: 'false',
      DATABASE_URL: await emptyDatabase(t),
    },
    stdio: ['ignore', stdout, 'inherit'],
  });
  onEnd(t, async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  });
  const api = apiAt(`http://127.0.0.1:${port}`);
  while (
    !(await api.get('/health/ready').then(
      ({ status }) => status === 200,
      () => false,
    ))
  ) {
    assert.equal(child.exitCode, null);
    await passing(50);
  }
  return { api, child };
}

async function stopped(child: ChildProcess): Promise<number | null> {
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
  return child.exitCode;
}

/** Everything that can be read without waiting. */
function drained(pipe: number): string {
  const chunks: Buffer[] = [];
  const buffer = Buffer.alloc(64 * 1_024);
  for (;;) {
    try {
      const read = readSync(pipe, buffer);
      if (read === 0) break;
      chunks.push(Buffer.from(buffer.subarray(0, read)));
    } catch {
      break;
    }
  }
  return Buffer.concat(chunks).toString();
}
