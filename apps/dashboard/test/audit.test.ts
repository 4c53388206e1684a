import assert from 'node:assert/strict';
import { test } from 'node:test';
import { operations } from '@billonce/contract';
import { differencesOf } from '../src/parts/audit-differences.ts';

/** The names of the members of an audit that list differences: `''` for the accounts at its top. */
function listsOfDifferences(): string[] {
  const { properties } = operations.readAudit.successes[200].schema;
  const parts = Object.entries(properties).filter(
    ([, schema]) => 'properties' in schema && 'differences' in Object(schema.properties),
  );
  return ['', ...parts.map(([name]) => name)];
}

test('the dashboard shows the differences of every part of an audit', () => {
  const totals = { requests: 0, stroops: '0' };
  const shown = differencesOf({
    ok: false,
    accounts: 1,
    entries: 1,
    settlements: 0,
    recorded: totals,
    settled: totals,
    outstanding: totals,
    reversed: totals,
    paid: { stroops: '0' },
    writtenOff: { stroops: '0' },
    differences: [{ agent: 'agent-7', serviceId: 'search', message: 'of an account' }],
    acts: { logged: 0, differences: ['of acts'] },
    limits: { counters: 0, differences: ['of limits'] },
    balances: {
      count: 1,
      movements: 1,
      differences: [{ agent: 'agent-7', asset: 'XLM', message: 'of balances' }],
    },
  });
  assert.deepEqual(listsOfDifferences(), ['', 'acts', 'limits', 'balances']);
  assert.deepEqual(shown, [
    'agent-7, search: of an account',
    'of acts',
    'of limits',
    'agent-7, XLM: of balances',
  ]);
});
