import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, chownSync, cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { unprivileged } from '../../../../packages/idempotency/test/harness/postgres-program.ts';
import { apiAt } from '../harness/api.ts';
import { startProcess } from '../harness/process.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';
import { adminKey, apiOfTenant } from '../harness/tenants.ts';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const dockerfile = readFileSync(join(root, 'deploy/docker/Dockerfile'), 'utf8');

/** Copies the files of the image into a folder. The packages are those of this checkout. */
function imageFolder(folder: string): string {
  const app = join(folder, 'app');
  mkdirSync(app, { mode: 0o755 });
  const copied = [...dockerfile.matchAll(/^COPY --from=modules \/app\/(\S+) (\S+)$/gm)];
  assert.ok(copied.length > 5);
  for (const [, from = '', to = ''] of copied) {
    const target = join(app, to);
    mkdirSync(dirname(target), { recursive: true });
    if (from !== 'node_modules') {
      const filter = (file: string) =>
        !/node_modules|\.test\.ts$|\/test(?:\/|$)/.test(file.slice(root.length));
      cpSync(join(root, from), target, { recursive: true, filter });
    } else {
      // Links to workspaces point into the folder itself, as in the image.
      mkdirSync(target);
      const names = execFileSync('ls', ['-A', join(root, from)], { encoding: 'utf8' }).split('\n');
      for (const name of names.filter((one) => one !== '' && one !== '@billonce')) {
        symlinkSync(join(root, from, name), join(target, name));
      }
      mkdirSync(join(target, '@billonce'));
      for (const name of ['contract', 'idempotency'])
        symlinkSync(`../../packages/${name}`, join(target, '@billonce', name));
      for (const name of ['dashboard', 'server'])
        symlinkSync(`../../apps/${name}`, join(target, '@billonce', name));
    }
  }
  return app;
}

test('a server runs on the files of the image alone, as a user that may write only to its data, and is found healthy', async (t) => {
  const ids = unprivileged();
  const { uid, gid } = ids;
  if (userInfo().uid !== 0 || uid === undefined || gid === undefined)
    return t.skip('only root can run it as another user');
  const folder = temporaryFolder(t);
  chmodSync(folder, 0o755);
  const app = imageFolder(folder);
  const data = join(folder, 'data');
  mkdirSync(data, { mode: 0o700 });
  chownSync(data, uid, gid);
  const server = await startProcess(
    t,
    { DATABASE_URL: `file:${data}/billonce.db`, ADMIN_API_KEY: adminKey, NODE_COMPILE_CACHE: '' },
    { main: join(app, 'apps/server/src/main.ts'), uid, gid },
  );
  const one = await apiOfTenant(apiAt(server.url), 'acme');
  const usage = { agent: 'a', serviceId: 's', requests: 3 };
  assert.equal((await one.post('/usage', usage, 'k')).status, 201);
  // The dashboard is bundled from its sources, and the change log is read from its file.
  const page = await fetch(server.url, { headers: { accept: 'text/html' } });
  assert.deepEqual([page.status, page.headers.get('content-type')], [200, 'text/html; charset=utf-8']);
  assert.equal((await fetch(`${server.url}/api/v1/docs`)).status, 200);
  const check: readonly string[] = JSON.parse(/^ {2}CMD (\[.*\])$/m.exec(dockerfile)?.[1] ?? '[]');
  assert.equal(check[0], 'node');
  const healthy = (port: string) =>
    promisify(execFile)(process.execPath, check.slice(1), { env: { PORT: port } }).then(
      () => true,
      () => false,
    );
  assert.equal(await healthy(new URL(server.url).port), true);
  assert.equal(await server.stop('SIGTERM'), 0);
  assert.equal(await healthy(new URL(server.url).port), false);
});

test('the image runs as a user without rights, and starts the server without a shell', () => {
  assert.match(dockerfile, /^USER node$/m);
  assert.match(dockerfile, /^CMD \["node", "apps\/server\/src\/main\.ts"\]$/m);
  assert.ok(dockerfile.indexOf('USER node') > dockerfile.lastIndexOf('COPY'), 'files belong to root');
});
