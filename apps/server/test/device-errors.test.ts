// I/O errors of a block device below a real server, and then a restart of the machine. After a failed sync, Linux has in
// memory what the disk does not have, and reports the next sync as done.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as passing } from 'node:timers/promises';
import { type Api, type ApiAnswer, apiAt } from './harness/api.ts';
import { FailingDisk } from './harness/failing-disk.ts';
import { startProcess } from './harness/process.ts';

const mebibytes = 96;
const before = 10;
const after = 60;
const itemsEach = 50;
const writesMax = 1_000;

const send = (api: Api, number: number): Promise<ApiAnswer> => {
  const item = { agent: `agent-${number % 5}`, serviceId: 'search', requests: 2 };
  return api.post('/usage/bulk', { items: Array.from({ length: itemsEach }, () => item) }, `bulk-${number}`);
};

/** Writes until the device fails, and returns the number of the write that was refused. */
async function writeUntilRefused(api: Api, from: number): Promise<number> {
  for (let number = from; number < writesMax; number++) {
    const { status, json, text } = await send(api, number);
    if (status === 201) continue;
    assert.equal(status, 503, text);
    assert.ok(['storage_unavailable', 'outcome_unknown'].includes(json.error), text);
    return number;
  }
  throw new Error('the device did not fail');
}

async function untilReady(api: Api): Promise<void> {
  for (let tries = 0; tries < writesMax; tries++) {
    if ((await api.get('/health/ready')).status === 200) return;
    await passing(25);
  }
  assert.fail('it does not get ready again');
}

interface Aftermath {
  readonly api: Api;
  /** the number of writes that were sent */
  readonly sent: number;
  /** the numbers of writes that were acknowledged while the device worked and do not get the same answer now */
  readonly lost: readonly number[];
}

/** Lets the device fail for a while and work again, writes on, and restarts the machine. */
async function writeThroughErrors(
  t: TestContext,
  disk: FailingDisk,
  isRestarted: boolean,
  environment: Readonly<Record<string, string>> = {},
): Promise<Aftermath> {
  const start = () =>
    startProcess(t, {
      DATABASE_URL: `file:${join(disk.folder, 'books.db')}`,
      LOG_LEVEL: 'silent',
      ...environment,
    });
  let server = await start();
  const answers = new Map<number, string>();
  const sendAll = async (from: number, end: number) => {
    for (let number = from; number < end; number++) {
      const answer = await send(apiAt(server.url), number);
      assert.equal(answer.status, 201, answer.text);
      answers.set(number, answer.text);
    }
  };
  await sendAll(0, before);
  disk.cut();
  // What is acknowledged until the first error is not compared: of a write that it took in part, the device reports the
  // whole as done.
  const refused = await writeUntilRefused(apiAt(server.url), before);
  if (isRestarted) await server.stop('SIGKILL');
  disk.heal();
  if (isRestarted) server = await start();
  await untilReady(apiAt(server.url));
  const sent = refused + 1 + after;
  await sendAll(refused + 1, sent);
  await server.stop('SIGKILL');
  await disk.restore();
  server = await start();
  const api = apiAt(server.url);
  const lost: number[] = [];
  for (const [number, text] of answers) {
    const again = await send(api, number);
    if (again.text !== text || again.headers.get('idempotency-replayed') !== 'true') lost.push(number);
  }
  return { api, sent, lost };
}

for (const isRestarted of [false, true]) {
  const process = isRestarted ? 'a restarted server' : 'the same server';
  test(`after I/O errors of a block device, what ${process} acknowledges survives a restart of the machine`, async (t) => {
    const made = await FailingDisk.make(t, mebibytes);
    if ('missing' in made) return t.skip(made.missing);
    const { api, sent, lost } = await writeThroughErrors(t, made.disk, isRestarted);
    assert.deepEqual(lost, []);
    for (let number = 0; number < sent; number++) assert.equal((await send(api, number)).status, 201);
    const audit = (await api.get('/audit')).json;
    assert.deepEqual([audit.ok, audit.differences], [true, []]);
    assert.equal(audit.entries, sent * itemsEach);
  });
}

test('a server that keeps its log after I/O errors loses what it acknowledges later', async (t) => {
  const made = await FailingDisk.make(t, mebibytes);
  if ('missing' in made) return t.skip(made.missing);
  const keptLog = new URL('harness/kept-log.ts', import.meta.url).href;
  const { lost } = await writeThroughErrors(t, made.disk, false, { NODE_OPTIONS: `--import=${keptLog}` });
  t.diagnostic(`${lost.length} of ${before + after} acknowledged writes were lost`);
  assert.ok(lost.length > 0, 'the tests would not notice a gap in the log');
});
