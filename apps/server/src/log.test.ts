import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serverLog } from './log.ts';

test('of an error the log keeps what names the fault, and not the rows that a driver hangs on it', () => {
  let printed = '';
  const log = serverLog('trace', {
    write: (line) => {
      printed += line;
    },
  });
  const detail = 'Key (tenant, agent)=(acme, agent-of-a-row) already exists.';
  const cause = Object.assign(new Error('duplicate key'), { code: '23505', detail });
  log.error({ err: new Error('failed', { cause }) }, 'failed');
  const { err } = JSON.parse(printed);
  assert.equal(err.message, 'failed');
  assert.deepEqual([err.cause.code, err.cause.message], ['23505', 'duplicate key']);
  assert.ok(!printed.includes('agent-of-a-row'), printed);
});
