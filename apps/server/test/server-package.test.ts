// Tests the package of the server as npx runs it in an empty folder.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { openTab } from './dashboard/browsing.ts';
import { apiAt } from './harness/api.ts';
import { childEnvironment } from './harness/child-environment.ts';
import { startChromium } from './harness/chromium.ts';
import { launch, repository } from './harness/npm-start.ts';
import { temporaryFolder } from './harness/temporary-folder.ts';

/** Measured: 4.5 MB, of which the docs are 3.5 MB. */
const tarballBytesMax = 5_500_000;
/** The folder of the package, with its bin and its version. */
const packed = 'node_modules/@billonce/server';
const bin = 'apps/server/bin/billonce.mjs';

const folder = mkdtempSync(join(tmpdir(), 'billonce-packed-'));
after(() => rmSync(folder, { recursive: true }));
let packedAs: string | undefined;

/** Packs the server once, and returns the path of the tarball. */
function tarballOf(): string {
  if (packedAs !== undefined) return packedAs;
  execFileSync(process.execPath, ['--no-warnings', 'tools/server-package.ts', folder], { cwd: repository });
  [packedAs = ''] = readdirSync(folder);
  return packedAs;
}

/** Checks the page that a browser gets, and everything that it loads. */
async function assertDashboard(url: string): Promise<void> {
  const page = await fetch(url, { headers: { accept: 'text/html' } });
  assert.equal(page.status, 200);
  const files = [...(await page.text()).matchAll(/(?:src|href)="(\/dashboard\/[^"]+)"/g)].map(
    ([, file]) => file,
  );
  assert.equal(files.length, 3);
  for (const file of files) assert.equal((await fetch(url + file)).status, 200, file);
}

/**
 * A reader opens the docs, searches, and follows a result. The policy of the pages must not block anything that they
 * need.
 */
async function assertDocs(t: TestContext, url: string): Promise<void> {
  const { page, complaints } = await openTab(t, await startChromium(t), url);
  await page.goto(`${url}/docs/`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.getByRole('button', { name: 'Search' }).first().click();
  await page.getByRole('searchbox').fill('reconcile');
  const found = page.locator('#localsearch-list').getByRole('link').first();
  await found.waitFor();
  await found.click();
  await page.waitForURL(/\/docs\/.+\.html/);
  await page.getByRole('heading', { level: 1 }).waitFor();
  assert.deepEqual(complaints, []);
}

test('the package has JavaScript and what it needs, and no tests or types', async () => {
  const tarball = tarballOf();
  assert.match(tarball, /^billonce-server-[\d.]+\.tgz$/);
  assert.ok(statSync(join(folder, tarball)).size < tarballBytesMax);
  const names = execFileSync('tar', ['-tzf', join(folder, tarball)], { encoding: 'utf8' });
  assert.doesNotMatch(names, /\.ts$|\.test\.|\/test\//m);
  execFileSync('tar', ['-xzf', join(folder, tarball), '-C', folder]);
  // Installed with the dependencies of this repository.
  const project = join(folder, 'project');
  mkdirSync(join(project, 'node_modules/@billonce'), { recursive: true });
  execFileSync('mv', [join(folder, 'package'), join(project, packed)]);
  const { dependencies } = JSON.parse(readFileSync(join(project, packed, 'package.json'), 'utf8'));
  for (const name of Object.keys(dependencies)) {
    mkdirSync(join(project, 'node_modules', name, '..'), { recursive: true });
    symlinkSync(join(repository, 'node_modules', name), join(project, 'node_modules', name));
  }
  const run = (...args: readonly string[]) =>
    spawnSync(process.execPath, [join(project, packed, bin), ...args], {
      cwd: project,
      env: childEnvironment,
      encoding: 'utf8',
    });
  const { status, stdout, stderr } = run('--help');
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^Usage: billonce COMMAND/);
  const without = run('mcp', '--help');
  assert.equal(without.status, 1);
  assert.match(without.stderr, /npm install @modelcontextprotocol\/sdk zod/);
  for (const name of ['@modelcontextprotocol/sdk', 'zod']) {
    mkdirSync(join(project, 'node_modules', name, '..'), { recursive: true });
    symlinkSync(join(repository, 'node_modules', name), join(project, 'node_modules', name));
  }
  const server = new Client({ name: 'test', version: '1' });
  await server.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [join(project, packed, bin), 'mcp'],
      cwd: project,
    }),
  );
  const { tools } = await server.listTools();
  assert.ok(tools.some(({ name }) => name === 'record_usage'));
  await server.close();
});

const isRegistryThere = () =>
  spawnSync('npm', ['ping', '--fetch-retries=0', '--fetch-timeout=5000']).status === 0;

test('npx of the tarball runs the server with its dashboard and its docs in an empty folder', async (t) => {
  if (!isRegistryThere()) {
    t.skip('no registry can be reached');
    return;
  }
  const tarball = tarballOf();
  const empty = temporaryFolder(t);
  copyFileSync(join(folder, tarball), join(empty, tarball));
  const threads = process.platform === 'linux' ? 2 : 1;
  const command = ['env', `HTTP_THREADS=${threads}`, 'npx', '--yes', `./${tarball}`, 'serve', '--json'];
  const server = await launch(t, command, empty);
  await assertDashboard(server.url);
  await assertDocs(t, server.url);
  const usage = { agent: 'agent-7', serviceId: 'search', requests: 3 };
  assert.equal((await apiAt(server.url).post('/usage', usage)).status, 201);
  process.kill(server.serverPid, 'SIGTERM');
  await server.ended;
});
