// Makes the root of the image as its Dockerfile does, and runs the server there, without a container engine.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chownSync, globSync, lstatSync, mkdirSync, readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { apiAt } from '../harness/api.ts';
import { repository } from '../harness/npm-start.ts';
import { startProcess } from '../harness/process.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';
import { adminKey, apiOfTenant } from '../harness/tenants.ts';

const dockerfile = readFileSync(join(repository, 'deploy/docker/Dockerfile'), 'utf8');
/** The user of the image. */
const user = 1000;
/** What an image may have unpacked, as `docker images` counts it. */
const imageBytesMax = 150_000_000;

/** Makes the root with the tool that the Dockerfile runs, and the folder for data as it makes it. */
function imageRoot(t: TestContext): string {
  const folder = join(temporaryFolder(t), 'root');
  const [, tool = ''] = / node --no-warnings (\S+) \/image /.exec(dockerfile) ?? [];
  execFileSync(process.execPath, ['--no-warnings', tool, folder], {
    cwd: repository,
    stdio: ['ignore', 2, 2],
  });
  assert.match(dockerfile, /install -d -o 1000 -g 1000 -m 700 \/writable\/data$/m);
  mkdirSync(join(folder, 'data'), { mode: 0o700 });
  return folder;
}

const bytesOf = (folder: string) =>
  globSync('**/*', { cwd: folder })
    .map((name) => lstatSync(join(folder, name)))
    .reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0);

test('the root of the image has less than 150 MB, no shell, and all that its server needs as a user without rights', async (t) => {
  for (const program of ['strip', 'ldd', 'dpkg-query'])
    if (spawnSync(program, ['--version']).status !== 0) return t.skip(`NO ${program.toUpperCase()}`);
  if (userInfo().uid !== 0) return t.skip('only root can change the root of a process');
  const root = imageRoot(t);
  const bytes = bytesOf(root);
  assert.ok(bytes < imageBytesMax, `${bytes} bytes`);
  t.diagnostic(`${bytes} bytes`);
  assert.deepEqual(globSync('**/bin/{sh,bash,npm,npx,apt,dpkg}', { cwd: root }), []);
  assert.deepEqual(globSync('app/**/*.{map,test.js}', { cwd: root }), []);
  // Scanners of images find the libraries by these files.
  assert.ok(globSync('var/lib/dpkg/status.d/libc6', { cwd: root }).length === 1);

  chownSync(join(root, 'data'), user, user);
  const inRoot = (...command: readonly string[]) => [`--userspec=${user}:${user}`, root, ...command];
  const node = '/usr/local/bin/node';
  const [, main = ''] = /^CMD \["node", "(\S+)"\]$/m.exec(dockerfile) ?? [];
  const server = await startProcess(
    t,
    { DATABASE_URL: 'file:/data/billonce.db', ADMIN_API_KEY: adminKey, NODE_COMPILE_CACHE: '' },
    { launcher: ['/usr/sbin/chroot', ...inRoot(node)], main: `/app/${main}` },
  );
  const one = await apiOfTenant(apiAt(server.url), 'acme');
  const usage = { agent: 'a', serviceId: 's', requests: 3 };
  assert.equal((await one.post('/usage', usage, 'k')).status, 201);
  for (const page of [
    '/',
    '/docs/',
    '/docs/how-to/close-a-month.html',
    '/api/v1/docs',
    '/api/v1/docs/swagger-ui.css',
  ]) {
    const answer = await fetch(server.url + page, { headers: { accept: 'text/html' } });
    assert.equal(answer.status, 200, page);
  }
  const check: readonly string[] = JSON.parse(/^ {2}CMD (\[.*\])$/m.exec(dockerfile)?.[1] ?? '[]');
  assert.equal(check[0], 'node');
  const port = new URL(server.url).port;
  const run = (...command: readonly string[]) =>
    spawnSync('/usr/sbin/chroot', inRoot(node, ...command), {
      env: { PORT: port, HOME: '/nonexistent' },
      encoding: 'utf8',
    });
  assert.equal(run(...check.slice(1)).status, 0);
  const version = run('/app/apps/server/bin/billonce.mjs', '--version');
  assert.match(version.stdout, /^billonce \d+\.\d+\.\d+\n$/, version.stderr);
  // The traces are loaded only if they are configured.
  const loaded = run(
    '-e',
    "import('/app/apps/server/src/traces/open-telemetry.js').then(() => console.log('loaded'))",
  );
  assert.equal(loaded.stdout, 'loaded\n', loaded.stderr);
  assert.equal(await server.stop('SIGTERM'), 0);
  assert.equal(run(...check.slice(1)).status, 1);
});

test('the image runs as a user without rights, and starts the server without a shell', () => {
  assert.match(dockerfile, /^USER 1000:1000$/m);
  assert.match(dockerfile, /^CMD \["node", "apps\/server\/src\/main\.js"\]$/m);
  assert.ok(dockerfile.indexOf('USER ') > dockerfile.lastIndexOf('COPY'), 'files belong to root');
});
