import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'libpg-query';
import { migrations } from './migrate.ts';
import { statementsOf } from './statements.ts';

test('a migration is divided at the ends of its statements, and not within strings, names, bodies and comments', () => {
  const migration = `-- first; not a statement
CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $body$ SELECT 'a;b'; $body$; -- second; "
COMMENT ON COLUMN t."a;b" IS 'it''s; one';
DO $$ BEGIN PERFORM 1; END $$;

UPDATE t SET a = 2 - 1`;
  assert.deepEqual(statementsOf(migration), [
    `CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $body$ SELECT 'a;b'; $body$`,
    `COMMENT ON COLUMN t."a;b" IS 'it''s; one'`,
    'DO $$ BEGIN PERFORM 1; END $$',
    'UPDATE t SET a = 2 - 1',
  ]);
  assert.deepEqual(statementsOf('-- nothing\n;\n'), []);
});

test('every migration is divided into the statements that the parser of PostgreSQL finds in it', async () => {
  for (const [index, migration] of migrations.entries()) {
    const whole = await parse(migration);
    const divided = await Promise.all(statementsOf(migration).map(parse));
    const withoutPlaces = (parsed: unknown) =>
      JSON.stringify(parsed, (name, value) => (/^(stmt_)?(len|location)$/.test(name) ? undefined : value));
    assert.equal(
      withoutPlaces(divided.flatMap(({ stmts }) => stmts)),
      withoutPlaces(whole.stmts),
      `migration ${index + 1}`,
    );
  }
});
