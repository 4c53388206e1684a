// Types the commands of docs/how-to/check-any-api.md, and compares the output with the page.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { checks } from '@billonce/conformance';
import { codeBlocksOf } from '../../../tools/code-blocks.ts';
import { freePort } from '../../idempotency/test/harness/free-port.ts';
import { mainOf } from '../../idempotency/test/harness/main-of.ts';
import { checkClaims, take } from '../../idempotency/test/harness/taken-blocks.ts';

const pageFile = 'docs/how-to/check-any-api.md';
const page = readFileSync(new URL(`../../../${pageFile}`, import.meta.url), 'utf8');
const command = fileURLToPath(new URL('../src/main.ts', import.meta.url));

const runsMax = 5;

/** The first block of a language in the page that includes a text. */
function blockWith(language: string, text: string): string {
  const [, ...parts] = page.split(`\`\`\`${language}\n`);
  const found = parts.map((part) => part.split('```')[0] ?? '').find((block) => block.includes(text));
  assert.ok(found !== undefined, `no block of ${language} has ${text}`);
  return take(pageFile, found);
}

const here = `'${process.execPath}' '${command}'`;

/** Types commands of the page in a folder, and runs the command of this repository in place of npm's. */
function typeIn(folder: string, commands: string, values: Readonly<Record<string, string>> = {}) {
  const shell = Object.entries({ ...values, 'npm run --silent conformance --': here }).reduce(
    (text, [from, to]) => text.replaceAll(from, to),
    commands,
  );
  return spawnSync('/bin/sh', ['-c', shell], { cwd: folder, encoding: 'utf8' });
}

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'billonce-how-to-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Starts an API of the page, until the end of the test. */
async function startApi(t: TestContext, args: readonly string[], health: string, env = {}): Promise<void> {
  const api = spawn(process.execPath, args, { stdio: 'ignore', env: { ...process.env, ...env } });
  t.after(async () => {
    if (api.exitCode === null && api.kill('SIGKILL')) await once(api, 'close');
  });
  while (!(await fetch(health).then(Boolean, () => false)));
}

/** A printed line without the parts that differ in each run. */
function stable(line: string): string {
  return line
    .replaceAll(/\b\d+ executions counted, where \d+ (?:was|were) right/g, 'N executions')
    .replaceAll(/ +/g, ' ');
}

/** Types the page: starts its API, and checks it. Returns what the check prints. */
async function typed(t: TestContext, folder: string): Promise<string> {
  const port = String(await freePort());
  const code = blockWith('js', 'createServer');
  writeFileSync(join(folder, 'charges.mjs'), code.replace('8080', port));
  await startApi(t, [join(folder, 'charges.mjs')], `http://127.0.0.1:${port}/count`);
  const lines = blockWith('sh', 'charges.html').split('\n');
  const commands = lines.filter((line) => !line.startsWith('node ')).join('\n');
  const { stdout, status } = typeIn(folder, commands, { '8080': port });
  assert.equal(status, 1, stdout);
  return stdout;
}

test('the API of the how-to fails the checks that the page shows', async (t) => {
  const folder = temporaryFolder(t);
  const expected = blockWith('console', 'FAILED')
    .split('\n')
    .filter((line) => line !== '');
  assert.ok(expected.length >= 10);
  let printed = '';
  const missing = () => {
    const lines = printed.split('\n').map(stable);
    return expected.filter((line) => !lines.some((one) => one.startsWith(stable(line))));
  };
  // The API has races: on a busy machine a retry may arrive after the first answer, so that a race does not show.
  for (let runs = 0; runs < runsMax && missing().length > 0; runs++) printed += await typed(t, folder);
  assert.deepEqual(missing(), [], printed);
  assert.match(readFileSync(join(folder, 'charges.html'), 'utf8'), /To the owner of POST/);
});

test('a server of Billonce passes the checks that the how-to shows', async (t) => {
  const folder = temporaryFolder(t);
  const port = String(await freePort());
  const [variable = '', start] = blockWith('sh', 'checked.db').split(' npm ');
  assert.equal(start, 'start\n');
  const [name = '', database = ''] = variable.split('=');
  const env = { PORT: port, LOG_LEVEL: 'silent', [name]: database.replace('./data', folder) };
  await startApi(t, [mainOf('apps/server/src/main.ts')], `http://127.0.0.1:${port}/api/v1/health`, env);
  const dry = typeIn(folder, blockWith('sh', '--dry-run'), { '3001': port });
  assert.match(dry.stdout, /^Sends at most \d+ requests /);
  assert.equal(dry.status, 0, dry.stderr);
  const [typedLines = '', shown = ''] = blockWith('console', 'No failure').split(/(?<=#\/total\n)/);
  // All checks take 17 seconds. These are the checks that the page shows.
  const ids = [...shown.matchAll(/^(?:passed|not applicable) +\w+ +(\S+)/gm)].map(([, id]) => id);
  const faster = ` --rate 1000 --settle 20 --concurrency 5 --only ${ids.join()}`;
  const commands = `${typedLines.replace(/^\$ /, '').trimEnd()}${faster}`;
  const { stdout, status } = typeIn(folder, commands, { '3001': port });
  assert.equal(status, 0, stdout);
  const differing = (line: string) =>
    stable(line)
      .replace(/, at most \d+ a second/, '')
      .replace(/at most \d+ requests/, 'at most N requests')
      .replace(/Seed \w+/, 'Seed')
      .replace(/\d+ executions? counted/, 'N counted')
      .replaceAll('3001', port);
  const printed = stdout.split('\n').map(differing);
  const isSum = (line: string) => line.includes(' inconclusive, ');
  const expected = shown.split('\n').filter((line) => line !== '' && line !== '…' && !isSum(line));
  assert.ok(ids.length >= 9 && expected.length >= 13);
  const [sum = ''] = shown.split('\n').filter(isSum);
  const [passed = 0, failed, inconclusive, others = 0] = [...sum.matchAll(/\d+/g)].map(Number);
  assert.deepEqual([passed + others, failed, inconclusive], [checks.length, 0, 0]);
  assert.deepEqual(
    expected.map(differing).filter((line) => !printed.includes(line)),
    [],
    stdout,
  );
});

test('the command of the how-to for CI, and that of the README of the package, say what they would send', (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'charge.json'), '{"amount":5}');
  const readme = 'packages/conformance/README.md';
  const [{ text = '' } = {}] = codeBlocksOf(readme).filter(({ language }) => language === 'sh');
  for (const commands of [blockWith('sh', '--junit'), take(readme, text)]) {
    const { stdout, stderr, status } = typeIn(folder, `${commands.trimEnd()} --dry-run`, {
      'npx @billonce/conformance': here,
      $DATABASE_URL: 'postgres://127.0.0.1/none',
    });
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^Sends at most \d+ requests /);
  }
});

test('the README of the package imports what it exports', async () => {
  const readme = 'packages/conformance/README.md';
  const [{ text = '' } = {}] = codeBlocksOf(readme).filter(({ language }) => language === 'js');
  const [, names = ''] =
    /^import \{ (.*) \} from '@billonce\/conformance';\n$/.exec(take(readme, text)) ?? [];
  const exported = await import('@billonce/conformance');
  assert.deepEqual(
    names.split(', ').filter((name) => !Object.hasOwn(exported, name)),
    [],
  );
});

checkClaims(import.meta.url);
