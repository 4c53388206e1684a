// Types what docs/how-to/check-any-api.md types, and compares what the command prints with what the page shows.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../idempotency/test/harness/free-port.ts';

const page = readFileSync(new URL('../../../docs/how-to/check-any-api.md', import.meta.url), 'utf8');
const command = fileURLToPath(new URL('../src/main.ts', import.meta.url));

const runsMax = 5;

/** The blocks of a language in the page. */
function blocks(language: string): readonly string[] {
  return page
    .split(`\`\`\`${language}\n`)
    .slice(1)
    .map((part) => part.split('```')[0] ?? '');
}

/** A printed line without what differs from run to run. */
function stable(line: string): string {
  return line
    .replaceAll(/\b\d+ executions counted, where \d+ (?:was|were) right/g, 'N executions')
    .replaceAll(/ +/g, ' ');
}

/** Types the page: starts its API, and checks it. Returns what the check prints. */
async function typed(t: TestContext, folder: string): Promise<string> {
  const port = String(await freePort());
  const code = blocks('js').find((block) => block.includes('createServer')) ?? '';
  writeFileSync(join(folder, 'charges.mjs'), code.replace('8080', port));
  const api = spawn(process.execPath, [join(folder, 'charges.mjs')], { stdio: 'ignore' });
  t.after(async () => {
    if (api.exitCode === null && api.kill('SIGKILL')) await once(api, 'close');
  });
  while (!(await fetch(`http://127.0.0.1:${port}/count`).then(Boolean, () => false)));
  const block = blocks('sh').find((one) => one.includes('charges.html')) ?? '';
  const lines = block.split('\n').filter((line) => !line.startsWith('node '));
  const shell = lines
    .join('\n')
    .replaceAll('8080', port)
    .replace('npm run --silent conformance --', `'${process.execPath}' '${command}'`);
  const { stdout, status } = spawnSync('/bin/sh', ['-c', shell], { cwd: folder, encoding: 'utf8' });
  assert.equal(status, 1, stdout);
  return stdout;
}

test('the API of the how-to fails the checks that the page shows', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'billonce-how-to-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const [shown = ''] = blocks('console').filter((block) => block.includes('FAILED'));
  const expected = shown.split('\n').filter((line) => line !== '');
  assert.ok(expected.length >= 10);
  let printed = '';
  const missing = () => {
    const lines = printed.split('\n').map(stable);
    return expected.filter((line) => !lines.some((one) => one.startsWith(stable(line))));
  };
  // The API has races: on a busy machine a retry can come after the first answer, so that one of them does not show.
  for (let runs = 0; runs < runsMax && missing().length > 0; runs++) printed += await typed(t, folder);
  assert.deepEqual(missing(), [], printed);
  assert.match(readFileSync(join(folder, 'charges.html'), 'utf8'), /To the owner of POST/);
});
