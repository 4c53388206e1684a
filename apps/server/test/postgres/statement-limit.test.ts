// The time limit on the statements of a batch, and the heaviest command that is allowed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command } from '../../src/domain/command.ts';
import { inStroops } from '../../src/domain/service.ts';
import { isOnCitus } from '../harness/database.ts';
import { answerOf, price, startInstance, startInstances, usage } from '../harness/instances.ts';

const accounts = 300;

test('the time limit of a statement grows with the accounts of its batch, so every legal settle/bulk is possible', {
  skip:
    isOnCitus &&
    'its limits are a part of a second, and on Citus each statement also goes through a second server',
}, async (t) => {
  const { url, first, client, clock } = await startInstances(t);
  const many: Command = {
    kind: 'record_usage_bulk',
    isAtomic: false,
    items: Array.from({ length: accounts }, (_, number) => ({
      kind: 'valid',
      item: {
        agent: 'many',
        serviceId: `s-${number}`,
        requests: 3,
        usageId: undefined,
        occurredAtNs: undefined,
      },
    })),
  };
  const services: Command = {
    kind: 'put_service_bulk',
    items: Array.from({ length: accounts }, (_, number) => ({
      kind: 'valid',
      item: { kind: 'put_service', serviceId: `s-${number}`, stated: inStroops(7n), metadata: undefined },
    })),
  };
  for (const command of [price(7n), usage('agent-1'), services, many]) {
    const [outcome] = await first.execute(command);
    assert.equal(outcome?.kind, 'answered');
  }
  // Simulates a machine that needs 0.8 s to save the bills, with a limit of 0.5 s without the accounts.
  await client.query(`CREATE FUNCTION be_slow() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_sleep(0.8); RETURN NULL; END $$`);
  await client.query(
    'CREATE TRIGGER slow BEFORE INSERT ON settlements FOR EACH STATEMENT EXECUTE FUNCTION be_slow()',
  );
  const bounded = await startInstance(t, url, clock, { statementMs: 500 });
  const [light] = await bounded.execute({ kind: 'settle_bulk', agent: 'agent-1' });
  assert.deepEqual([light?.kind, light?.kind === 'fault' && light.code], ['fault', 'storage_unavailable']);
  const [heavy] = await bounded.execute({ kind: 'settle_bulk', agent: 'many' });
  assert.equal(answerOf(heavy).body.items.length, accounts);
  assert.equal(answerOf(heavy).body.totalBilledStroops, String(accounts * 21));
});
