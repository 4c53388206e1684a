import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { webhooks } from '../migrations/0006-webhooks.ts';
import { nextWaitingSql } from './deliveries.ts';

test('the index leads to the next webhook without reading the pending deliveries of the one before it', () => {
  const database = new DatabaseSync(':memory:');
  database.exec(webhooks);
  const planOf = (sql: string) =>
    database
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all()
      .map(({ detail }) => detail);
  const search = 'SEARCH deliveries USING COVERING INDEX deliveries_due';
  assert.deepEqual(planOf(nextWaitingSql.sameTenant), [`${search} (tenant=? AND webhook>?)`]);
  assert.deepEqual(planOf(nextWaitingSql.nextTenant), [`${search} (tenant>?)`]);
  database.close();
});
