// Tests following a server's events: processes that are killed, and a command that is stopped.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { freePort } from '../../../packages/idempotency/test/harness/free-port.ts';
import { mainOf } from '../../../packages/idempotency/test/harness/main-of.ts';
import { runWatch } from '../src/cli/watch/command.ts';
import { apiAt } from './harness/api.ts';
import { childEnvironment } from './harness/child-environment.ts';
import { emptyDatabase } from './harness/database.ts';
import { startInProcess } from './harness/in-process.ts';
import { onEnd } from './harness/on-end.ts';
import { startProcess } from './harness/process.ts';

const main = mainOf('apps/server/src/cli/main.ts');
const use = (requests: number) => ({ agent: 'agent-7', serviceId: 'search', requests });

/** A running `billonce watch`. */
function startWatch(t: TestContext, url: string, ...args: readonly string[]) {
  const child = spawn(process.execPath, [main, 'watch', '--every', '100', ...args], {
    env: { ...childEnvironment, BILLONCE_URL: url },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onEnd(t, () => child.kill('SIGKILL'));
  const texts = { stdout: '', stderr: '' };
  let look = (): void => {};
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (chunk: Buffer) => {
      texts[name] += chunk.toString();
      look();
    });
  }
  return {
    texts,
    printed: (name: 'stdout' | 'stderr', text: string) =>
      new Promise<void>((resolve, reject) => {
        look = () => {
          if (texts[name].includes(text)) resolve();
        };
        child.on('close', () => reject(new Error(`${text} was not printed: ${texts.stdout}${texts.stderr}`)));
        look();
      }),
    stop: async (signal: NodeJS.Signals) => {
      const closed = once(child, 'close');
      child.kill(signal);
      await closed;
      return child.exitCode;
    },
    close: async () => {
      const closed = once(child, 'close');
      child.stdout.destroy();
      await closed;
      return child.exitCode;
    },
  };
}

test('every event is shown once, even if the server is killed meanwhile, and Ctrl-C ends the command with 0', async (t) => {
  const environment = { DATABASE_URL: await emptyDatabase(t), PORT: String(await freePort()) };
  const first = await startProcess(t, environment);
  const api = apiAt(first.url);
  await api.post('/services', { serviceId: 'search', priceStroops: 10 });
  const since = '2020-01-01T00:00:00Z';
  const watch = startWatch(t, first.url, '--since', since);
  await watch.printed('stdout', 'service.registered');
  await api.post('/usage', use(3));
  await watch.printed('stdout', 'usage.recorded      agent-7  search  requests 3');
  await first.stop('SIGKILL');
  await watch.printed('stderr', 'the server cannot be reached (');
  await startProcess(t, environment);
  await watch.printed('stderr', 'the server is back');
  await api.post('/usage', use(4));
  await watch.printed('stdout', 'requests 4');
  assert.equal(await watch.stop('SIGINT'), 0);
  const types = watch.texts.stdout.split('\n').map((line) => line.split('  ')[1]?.trim());
  assert.deepEqual(types, ['service.registered', 'usage.recorded', 'usage.recorded', undefined]);
});

test('the command ends when no one reads its output any more', async (t) => {
  const { api } = await startInProcess(t);
  const watch = startWatch(t, api.url, '--since', '2020-01-01T00:00:00Z');
  await api.post('/usage', use(1));
  await watch.printed('stdout', 'requests 1');
  const ended = watch.close();
  await api.post('/usage', use(2));
  assert.equal(await ended, 0);
});

/** Runs the command in the process of the test, until it ends or the test stops it. */
function watchHere(url: string, args: readonly string[], onText: (text: string) => void, stop: AbortSignal) {
  const surroundings = {
    write: async (text: string) => onText(text),
    complain: onText,
    environment: { BILLONCE_URL: url },
    interrupt: stop,
  };
  return runWatch(args, surroundings);
}

test('watch starts with new events, filters them, prints JSON, and ends after a given number', async (t) => {
  const { api } = await startInProcess(t, { RATE_LIMIT_PER_MINUTE: '0' });
  await api.post('/usage', use(1));
  let printed = '';
  const stop = new AbortController();
  const watched = watchHere(
    api.url,
    ['--every', '100', '--agent', 'agent-7', '--type', 'usage.recorded', '--events', '2', '--json'],
    (text) => {
      printed += text;
    },
    stop.signal,
  );
  // The test cannot know which events come after the first answer: it records usage until two are shown.
  let isWatching = true;
  const ended = watched.finally(() => {
    isWatching = false;
  });
  while (isWatching) {
    await api.post('/usage', { ...use(2), agent: 'agent-8' });
    await api.post('/usage', use(2));
  }
  assert.equal(await ended, 0, printed);
  const events = printed
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    events.map(({ type, data }) => [type, data.agent, data.requests]),
    [
      ['usage.recorded', 'agent-7', 2],
      ['usage.recorded', 'agent-7', 2],
    ],
  );
});

test('watch follows a server without events, too', async (t) => {
  const { api } = await startInProcess(t);
  const stop = new AbortController();
  let printed = '';
  const watched = watchHere(
    api.url,
    ['--since', '2020-01-01T00:00:00Z', '--every', '100', '--events', '1'],
    (text) => {
      printed += text;
    },
    stop.signal,
  );
  await api.post('/services', { serviceId: 'search', priceStroops: 10 });
  assert.equal(await watched, 0);
  assert.match(printed, /service\.registered +search +price 0\.000001 XLM, per 1\n$/);
});

test('watch exits with 2 on invalid arguments, with 1 on a refusal, and with 5 if no server answers', async (t) => {
  const { api } = await startInProcess(t, { ADMIN_API_KEY: 'correct-horse-battery-staple-7f3a9b' });
  let printed = '';
  const run = (url: string, args: readonly string[]) =>
    watchHere(
      url,
      args,
      (text) => {
        printed += text;
      },
      new AbortController().signal,
    );
  assert.equal(await run(api.url, ['--since', 'monday', '--every', '1']), 2, printed);
  assert.match(printed, /--every is 1: it must be an integer from 100 to 60000/);
  assert.equal(await run(api.url, ['--json']), 1);
  assert.match(printed, /\{"error":"unauthorized",.*"requestId":/);
  assert.equal(await run(`http://127.0.0.1:${await freePort()}`, []), 5);
  assert.match(printed, /no server ever answered/);
});
