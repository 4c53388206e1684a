import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { runInNewContext } from 'node:vm';
import express from 'express';
import pg from 'pg';
import { codeBlocksOf } from '../../../../tools/code-blocks.ts';
import { idempotency } from '../../src/adapters/express.ts';
import { postgresStore } from '../../src/stores/postgres.ts';
import { listening } from '../adapters/harness/listening.ts';
import { startPostgres, type TestPostgres } from '../harness/postgres.ts';
import { prismaOffline } from '../harness/prisma-folder.ts';
import { checkClaims, take } from '../harness/taken-blocks.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const page = 'examples/charges/README.md';
const readme = readFileSync(join(root, page), 'utf8');
for (const { text } of codeBlocksOf(page)) take(page, text);
const binaries = join(root, 'node_modules/.bin');

/** Every line of the README that runs an example, by file name. */
const commands = [
  ...readme.matchAll(/^.*\bnode tools\/bootstrap\.mjs examples\/charges\/([\w-]+)\.ts$/gm),
].map(([line, name = '']) => ({ name, line }));
const [charge, conflict, tooMuch] = [...readme.matchAll(/^curl .*$/gm)].map(([line]) => requestOf(line));

/** The request of a `curl` line. */
function requestOf(line: string) {
  const headers = [...line.matchAll(/-H '([^:]+): ([^']+)'/g)].map(([, name = '', value = '']) => [
    name,
    value,
  ]);
  const body = /-d '([^']+)'/.exec(line)?.[1];
  assert.ok(body !== undefined && headers.length === 2, line);
  return { method: 'POST', headers: Object.fromEntries(headers), body };
}

describe('An example, run and used as its README says,', () => {
  let postgres: TestPostgres;
  let folder: string;

  before(async () => {
    postgres = await startPostgres();
    folder = mkdtempSync(join(tmpdir(), 'billonce-examples-'));
  });

  after(async () => {
    rmSync(folder, { recursive: true });
    await postgres.stop();
  });

  /** A separate database for each. */
  async function databaseFor(name: string) {
    const url = new URL(postgres.connectionString);
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    await client.query(`CREATE DATABASE "${name}"`);
    await client.end();
    url.pathname = `/${name}`;
    return { DATABASE_URL: url.href, DATABASE_FILE: join(folder, name, 'charges.db') };
  }

  test('is one of seven, each with its command', () => {
    assert.equal(new Set(commands.map(({ name }) => name)).size, 7);
  });

  for (const { name, line } of commands) {
    test(`charges once and replays the answer: ${name}`, async () => {
      const example = spawn('sh', ['-c', line], {
        cwd: root,
        env: {
          ...process.env,
          ...prismaOffline,
          ...(await databaseFor(name)),
          PATH: `${binaries}${delimiter}${process.env['PATH']}`,
          PORT: '0',
        },
        stdio: ['ignore', 'pipe', 'inherit'],
        // A separate process group, because the shell has a child process.
        detached: true,
      });
      try {
        await sendRequests(`${await addressOf(example)}/charges`);
      } finally {
        await ended(example);
      }
    });
  }

  test("charges once, protected by the line of the repository's README", async (t) => {
    const line = 'app.use(idempotency({ store: postgresStore({ client: pool }), tenantOf }));\n';
    const { DATABASE_URL: connectionString } = await databaseFor('readme');
    const pool = new pg.Pool({ connectionString });
    pool.on('error', () => undefined);
    const app = express();
    const tenantOf = () => 'acme';
    runInNewContext(take('README.md', line), { app, idempotency, postgresStore, pool, tenantOf });
    let charges = 0;
    app.post('/charges', (_request, response) => void response.status(201).json({ charge: ++charges }));
    const server = await listening(app);
    t.after(async () => {
      await server.close();
      await pool.end();
    });
    const send = async () => {
      const answer = await fetch(`http://127.0.0.1:${server.port}/charges`, charge);
      return [answer.status, await answer.text(), answer.headers.get('idempotency-replayed')];
    };
    assert.deepEqual(await send(), [201, '{"charge":1}', null]);
    assert.deepEqual(await send(), [201, '{"charge":1}', 'true']);
  });

  test('fits the types of its driver and of its framework', async () => {
    const generate = ['generate', '--schema', 'examples/charges/schema.prisma', '--no-hints'];
    const env = { ...process.env, ...prismaOffline, PATH: `${binaries}${delimiter}${process.env['PATH']}` };
    await promisify(execFile)(join(binaries, 'prisma'), generate, { cwd: root, env });
    const compiled = promisify(execFile)(join(binaries, 'tsc'), ['--project', 'examples/charges'], {
      cwd: root,
      env,
    });
    const said = await compiled.then(
      () => '',
      (error: unknown) =>
        error instanceof Error && 'stdout' in error ? String(error.stdout) : String(error),
    );
    // Faults in the library's sources are reported where those are checked.
    assert.deepEqual(
      said
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('packages/') && !line.startsWith(' ')),
      [],
    );
  });
});

async function sendRequests(url: string): Promise<void> {
  const first = await fetch(url, charge);
  const answer = await first.text();
  assert.equal(first.status, 201, answer);
  assert.match(answer, /"balance":"99000"/);
  const location = first.headers.get('location');
  assert.match(location ?? '', /^\/charges\/[0-9a-f-]{36}$/);
  assert.equal(first.headers.get('idempotency-replayed'), null);

  const retry = await fetch(url, charge);
  assert.equal(await retry.text(), answer);
  assert.equal(retry.status, 201);
  assert.equal(retry.headers.get('location'), location);
  assert.equal(retry.headers.get('content-type'), first.headers.get('content-type'));
  assert.equal(retry.headers.get('idempotency-replayed'), 'true');

  assert.equal((await fetch(url, conflict)).status, 409);
  const refused = await fetch(url, tooMuch);
  assert.equal(refused.status, 402);
  assert.deepEqual(await refused.json(), { error: 'insufficient_funds' });

  // The refusal has rolled everything back and left its key free. The balance shows that there was one charge.
  const key = tooMuch?.headers;
  const next = await fetch(url, { ...charge, headers: { ...charge?.headers, ...key } });
  assert.equal(next.status, 201);
  assert.match(await next.text(), /"balance":"98000"/);
}

/** The address that an example prints. */
async function addressOf(example: ChildProcess): Promise<string> {
  if (example.stdout === null) throw new Error('the example has no output');
  for await (const line of createInterface({ input: example.stdout })) {
    const address = /^listening on (http:\S+)$/.exec(line)?.[1];
    if (address !== undefined) return address;
  }
  throw new Error('the example ended before it listened');
}

async function ended(example: ChildProcess): Promise<void> {
  if (example.pid === undefined || example.exitCode !== null || example.signalCode !== null) return;
  const exited = once(example, 'exit');
  process.kill(-example.pid, 'SIGKILL');
  await exited;
}

checkClaims(import.meta.url);
