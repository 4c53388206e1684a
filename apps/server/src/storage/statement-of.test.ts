import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statementName } from './statement-of.ts';

test('a statement is named by its verb and its table', () => {
  const names = [
    'COMMIT',
    'BEGIN; SET LOCAL lock_timeout = 4000',
    'PRAGMA user_version',
    'SELECT a FROM accounts WHERE b = ? FOR UPDATE OF accounts',
    'INSERT INTO answers_20261101 (a) VALUES (?)',
    'WITH due AS (SELECT 1 FROM x) INSERT INTO audits AS a SELECT 1 FROM due ON CONFLICT (tenant) DO UPDATE SET b = 1',
    'UPDATE accounts SET a = ?',
    'DELETE FROM records WHERE a = ?',
    'CREATE TABLE IF NOT EXISTS schema_versions (version integer)',
  ].map(statementName);
  assert.deepEqual(names, [
    'COMMIT',
    'BEGIN',
    'PRAGMA user_version',
    'SELECT accounts',
    'INSERT answers_20261101',
    'INSERT audits',
    'UPDATE accounts',
    'DELETE records',
    'CREATE schema_versions',
  ]);
});
