import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serverLog } from './log.ts';

test('only the facts of a storage fault are logged, and nothing else of its error', () => {
  let printed = '';
  const log = serverLog('trace', {
    write: (line) => {
      printed += line;
    },
  });
  const cause = new Error('agent-of-a-row is too long');
  const facts = { engine: 'postgres', code: '22001', message: 'too long', step: 'commit' };
  log.error({
    err: Object.assign(new Error('failed', { cause }), { facts: { ...facts, row: 'agent-of-a-row' } }),
  });
  assert.deepEqual(JSON.parse(printed).err, facts);
  printed = '';
  log.error({ err: facts }, 'failed');
  assert.deepEqual(JSON.parse(printed).err, facts);
});

test('a message that may quote a value is not logged, nor the stack that begins with it', () => {
  let printed = '';
  const log = serverLog('trace', {
    write: (line) => {
      printed += line;
    },
  });
  const thrown = (work: () => unknown) => {
    try {
      work();
      return undefined;
    } catch (error) {
      return error;
    }
  };
  const state = Object.assign(new Error('invalid input syntax for type integer: "agent-of-a-row, "b""'), {
    code: '22P02',
  });
  const quoting = [thrown(() => JSON.parse('agent-of-a-row')), thrown(() => BigInt('agent-of-a-row')), state];
  for (const err of quoting) log.error({ err }, 'failed');
  assert.ok(!printed.includes('agent-of-a-row'), printed);
  assert.match(printed, /invalid input syntax for type integer: \\"…\\"/);
  assert.match(printed, /at .*log\.test\.ts/);
});

test('the log keeps what identifies an error, and not the rows that a driver attaches to it', () => {
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
