// The schema can be distributed by tenant. The test reads the catalog of a database that a server has migrated.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isOnCitus } from '../harness/database.ts';
import { startInstances } from '../harness/instances.ts';

const engine = fileURLToPath(new URL('../../src/storage/postgres', import.meta.url));

/** The only table without a tenant lists the migrations that have run. */
const ofNoTenant = ['schema_versions'];

test('every table has its tenant first in every key, and the database has no sequences and no triggers', async (t) => {
  const { client } = await startInstances(t);
  const column = async (sql: string) =>
    (await client.query(sql)).rows.map((row) => String(Object.values(row)[0]));
  const ours = `relnamespace = 'public'::regnamespace`;
  const tables = await column(`SELECT relname FROM pg_class WHERE ${ours} AND relkind IN ('r', 'p')`);
  assert.ok(tables.length > 30 && tables.some((name) => /^answers_\d{8}_\d{8}$/.test(name)), tables.join());
  const withTenant = await column(`SELECT relname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
    WHERE ${ours} AND relkind IN ('r', 'p') AND attname = 'tenant' AND attnum = 1 AND attnotnull`);
  assert.deepEqual(tables.filter((name) => !withTenant.includes(name)).toSorted(), ofNoTenant);
  const uniqueElsewhere = await column(`SELECT i.indrelid::regclass FROM pg_index AS i
    JOIN pg_class AS c ON c.oid = i.indrelid
    JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
    WHERE c.${ours} AND i.indisunique AND a.attname <> 'tenant'`);
  assert.deepEqual(uniqueElsewhere, ofNoTenant);
  const keyless = await column(`SELECT relname FROM pg_class AS c WHERE ${ours} AND relkind IN ('r', 'p')
    AND NOT EXISTS (SELECT FROM pg_index WHERE indrelid = c.oid AND indisprimary)`);
  assert.deepEqual(keyless, []);
  const references = await client.query(`SELECT f.conname, own.attname AS own, other.attname AS other
    FROM pg_constraint AS f
    JOIN pg_attribute AS own ON own.attrelid = f.conrelid AND own.attnum = f.conkey[1]
    JOIN pg_attribute AS other ON other.attrelid = f.confrelid AND other.attnum = f.confkey[1]
    WHERE f.contype = 'f' AND f.connamespace = 'public'::regnamespace`);
  assert.ok(references.rows.length > 0);
  for (const { conname, own, other } of references.rows)
    assert.deepEqual([own, other], ['tenant', 'tenant'], conname);
  assert.deepEqual(await column(`SELECT relname FROM pg_class WHERE ${ours} AND relkind = 'S'`), []);
  const triggers = await column(`SELECT tgname FROM pg_trigger JOIN pg_class AS c ON c.oid = tgrelid
    WHERE ${ours} AND NOT tgisinternal`);
  assert.deepEqual(triggers, []);
  assert.deepEqual(
    await column(`SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY proname`),
    ['billonce_analyze', 'billonce_drop_part', 'billonce_make_part'],
  );
  const extensions = await column(`SELECT extname FROM pg_extension WHERE extname <> 'plpgsql'`);
  assert.deepEqual(
    extensions.filter((name) => !(isOnCitus && name.startsWith('citus'))),
    [],
  );
});

test("texts that are names are compared by their bytes, regardless of the database's collation", async (t) => {
  const { client } = await startInstances(t);
  const { rows } = await client.query(`SELECT c.relname, a.attname FROM pg_class AS c
    JOIN pg_attribute AS a ON a.attrelid = c.oid JOIN pg_collation AS l ON l.oid = a.attcollation
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND l.collname <> 'C'`);
  assert.deepEqual(rows, []);
});

test('the engine uses no advisory lock, no LISTEN, no sequence and no trigger', () => {
  const files = readdirSync(engine, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  assert.ok(files.length > 20);
  const forbidden =
    /pg_(try_)?advisory|\bLISTEN\b|\bNOTIFY\b|pg_notify|nextval|\bSERIAL\b|AS IDENTITY|CREATE (TRIGGER|SEQUENCE|EXTENSION)/i;
  for (const file of files) {
    const found = forbidden.exec(readFileSync(join(engine, file), 'utf8'));
    assert.equal(found, null, `${file}: ${found?.[0]}`);
  }
});
