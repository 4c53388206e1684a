// Runs the command as a user types it, on a server of Billonce in a separate process.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../idempotency/test/harness/free-port.ts';
import { mainOf } from '../../idempotency/test/harness/main-of.ts';

const command = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const serverMain = mainOf('apps/server/src/main.ts');
const adminKey = 'tests-7Hq2vXk9RmZ4pLw8TnBd';

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'billonce-conformance-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Makes an API key for each tenant, on a server that is stopped afterwards. */
async function makeKeys(
  start: string,
  origin: string,
  tenants: readonly string[],
): Promise<readonly string[]> {
  const server = spawn(start, { shell: true, stdio: 'ignore' });
  try {
    while (
      !(await fetch(`${origin}/api/v1/health`).then(
        ({ ok }) => ok,
        () => false,
      ))
    );
    const keys: string[] = [];
    for (const tenant of tenants) {
      const answer = await fetch(`${origin}/api/v1/api-keys`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-api-key': adminKey },
        body: JSON.stringify({ label: tenant, tenant }),
      });
      assert.equal(answer.status, 201);
      const made: unknown = await answer.json();
      keys.push(String(typeof made === 'object' && made !== null ? Reflect.get(made, 'key') : ''));
    }
    return keys;
  } finally {
    server.kill('SIGTERM');
    await once(server, 'close');
  }
}

test('a server of Billonce passes every check, even those that stop and kill it', async (t) => {
  const folder = temporaryFolder(t);
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const database = join(folder, 'books.db');
  const variables = `DATABASE_URL='file:${database}' PORT=${port} ADMIN_API_KEY=${adminKey} LOG_LEVEL=silent`;
  const start = `${variables} exec '${process.execPath}' '${serverMain}'`;
  const [one, two] = await makeKeys(start, origin, ['one', 'two']);
  const request = join(folder, 'usage.json');
  writeFileSync(request, '{"agent":"agent-7","serviceId":"search","requests":3}');
  const files = {
    json: join(folder, 'report.json'),
    junit: join(folder, 'report.xml'),
    html: join(folder, 'report.html'),
  };
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [
      command,
      `${origin}/api/v1/usage`,
      ...['--request', request, '--header', `X-API-Key: ${one}`, '--other-caller', `X-API-Key: ${two}`],
      ...['--count', 'SELECT count(*) FROM entries', '--database', database, '--start', start],
      ...['--rate', '1000', '--settle', '20', '--concurrency', '5', '--fail-on', 'beyond'],
      ...Object.entries(files).flatMap(([name, file]) => [`--${name}`, file]),
    ],
    { encoding: 'utf8' },
  );
  assert.equal(status, 0, `${stdout}${stderr}`);
  assert.match(stdout, /^Sends at most \d+ requests/);
  assert.match(stdout, /, 0 failed, 0 inconclusive, \d+ not applicable; \d+ requests/);
  const report: unknown = JSON.parse(readFileSync(files.json, 'utf8'));
  assert.ok(
    typeof report === 'object' && report !== null && 'checks' in report && Array.isArray(report.checks),
  );
  const others = report.checks.filter((check) => check.verdict === 'not-applicable').map(({ id }) => id);
  const expected = [
    'expiry',
    'in-flight-retry-after',
    'in-flight-status',
    'instances-once',
    'instances-replay',
    'key-echo',
  ];
  assert.deepEqual(others.toSorted(), [...expected, 'key-missing', 'server-error', 'unpaid-then-paid']);
  assert.match(
    readFileSync(files.junit, 'utf8'),
    /<testsuites name="@billonce\/conformance" tests="\d+" failures="0"/,
  );
  const letter = readFileSync(files.html, 'utf8');
  assert.match(letter, /Everything that we could see held: \d+ checks/);
  for (const text of [stdout, letter, JSON.stringify(report)])
    assert.ok(!text.includes(String(one)), 'a secret is shown');
});
