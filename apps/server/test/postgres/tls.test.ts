import assert from 'node:assert/strict';
import { chmodSync, chownSync, copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { startPostgres } from '../../../../packages/idempotency/test/harness/postgres.ts';
import { unprivileged } from '../../../../packages/idempotency/test/harness/postgres-program.ts';
import { postgresEnvironment } from '../harness/database.ts';
import { startInProcess } from '../harness/in-process.ts';
import { onEnd } from '../harness/on-end.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';
import { use } from '../harness/webhooks.ts';

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/tls/${name}`, import.meta.url));

/** Starts a PostgreSQL with TLS, and a certificate for `localhost` that no public authority signed. */
async function startTlsPostgres(
  t: TestContext,
): Promise<(parameters: Readonly<Record<string, string>>) => string> {
  const folder = temporaryFolder(t);
  chmodSync(folder, 0o755);
  const [certFile, keyFile] = [join(folder, 'server.crt'), join(folder, 'server.key')];
  copyFileSync(fixture('one.cert.pem'), certFile);
  copyFileSync(fixture('one.key.pem'), keyFile);
  chmodSync(keyFile, 0o600);
  const { uid, gid } = unprivileged();
  if (uid !== undefined && gid !== undefined)
    for (const file of [certFile, keyFile]) chownSync(file, uid, gid);
  const settings = {
    ssl: 'on',
    ssl_cert_file: certFile,
    ssl_key_file: keyFile,
    listen_addresses: 'localhost',
  };
  const server = await startPostgres({ settings });
  onEnd(t, () => server.stop());
  return (parameters) => {
    const url = new URL(server.connectionString);
    url.hostname = 'localhost';
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    return url.href;
  };
}

/** Whether all connections of servers to a database are encrypted; `undefined` if there are none. */
async function areEncrypted(url: string): Promise<boolean | undefined> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(
    `SELECT bool_and(ssl) AS encrypted FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
     WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'`,
  );
  await client.end();
  return rows[0]?.encrypted ?? undefined;
}

test('sslmode=verify-full with the root of the database encrypts every connection of an instance', async (t) => {
  const urlWith = await startTlsPostgres(t);
  const url = urlWith({ sslmode: 'verify-full', sslrootcert: fixture('one.cert.pem') });
  const { api } = await startInProcess(t, { ...postgresEnvironment, DATABASE_URL: url });
  await use(api);
  assert.equal((await api.get('/health/ready')).status, 200);
  assert.equal(await areEncrypted(urlWith({})), true);
});

test('a certificate that is not trusted is refused at start, also with sslmode=require', async (t) => {
  const urlWith = await startTlsPostgres(t);
  for (const parameters of [
    { sslmode: 'verify-full', sslrootcert: fixture('two.cert.pem') },
    { sslmode: 'verify-full' },
    { sslmode: 'require' },
  ]) {
    const refused = startInProcess(t, { ...postgresEnvironment, DATABASE_URL: urlWith(parameters) });
    await assert.rejects(refused, /certificate/, JSON.stringify(parameters));
  }
});

test('sslmode=no-verify encrypts without a check, and without sslmode nothing is encrypted', async (t) => {
  const urlWith = await startTlsPostgres(t);
  const first = await startInProcess(t, {
    ...postgresEnvironment,
    DATABASE_URL: urlWith({ sslmode: 'no-verify' }),
  });
  await use(first.api);
  assert.equal(await areEncrypted(urlWith({})), true);
  await first.app.close();
  const second = await startInProcess(t, { ...postgresEnvironment, DATABASE_URL: urlWith({}) });
  await use(second.api);
  assert.equal(await areEncrypted(urlWith({})), false);
});

test('heavy commands and long reads, which run on threads, use the same encryption', async (t) => {
  const urlWith = await startTlsPostgres(t);
  const url = urlWith({ sslmode: 'verify-full', sslrootcert: fixture('one.cert.pem') });
  const { api } = await startInProcess(t, { ...postgresEnvironment, DATABASE_URL: url });
  const items = Array.from({ length: 1_000 }, (_, n) => ({ agent: 'a', serviceId: `s-${n}`, requests: 1 }));
  assert.equal((await api.post('/usage/bulk', { items })).status, 201);
  const settled = await api.post('/settle/bulk', { agent: 'a' });
  assert.ok(settled.status < 300, settled.text);
  assert.equal((await api.get('/settlements?limit=10')).status, 200);
  assert.equal(await areEncrypted(urlWith({})), true);
});
