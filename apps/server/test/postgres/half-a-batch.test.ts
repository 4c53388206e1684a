import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyAccount } from '../../src/domain/account.ts';
import { inXlm } from '../../src/domain/asset.ts';
import { priceOfStroops } from '../../src/domain/money.ts';
import { noChanges } from '../../src/domain/view.ts';
import { StorageFault } from '../../src/ledger/storage-port.ts';
import { wantsOf } from '../../src/ledger/wants.ts';
import { PostgresStorage } from '../../src/storage/postgres/write/storage.ts';
import { isOnCitus } from '../harness/database.ts';
import { postgresOptions } from '../harness/engine.ts';
import { startInstances, tenant, usage } from '../harness/instances.ts';
import { onEnd } from '../harness/on-end.ts';

test('if part of a batch cannot be written, nothing of the batch is committed', async (t) => {
  const { url, client } = await startInstances(t);
  const placement = isOnCitus ? 'citus' : 'one_node';
  const storage = new PostgresStorage(
    { ...postgresOptions, url, placement },
    { onApiKeysChanged: () => undefined },
  );
  onEnd(t, () => storage.close());
  const service = {
    serviceId: 'search',
    priceVersion: 1,
    price: priceOfStroops(7n),
    pricePer: 1 as const,
    firstPrice: priceOfStroops(7n),
    disabled: false,
    description: undefined,
    owner: undefined,
    unit: undefined,
    deleted: false,
    unitScale: 0,
    ...inXlm,
  };
  // The service can be written, but the batch has not locked this account.
  const changes = { ...noChanges, services: [service], accounts: [emptyAccount('somebody', 'else')] };
  const wants = wantsOf([{ tenant, command: usage('agent-1'), key: undefined }], 0);
  const committed = storage.commit(wants, () => ({
    tenants: new Map([[tenant, changes]]),
    records: [],
    ids: { reached: { timeMs: 0, counter: 0 }, aheadMs: 0 },
  }));
  await assert.rejects(committed, (error) => error instanceof StorageFault && error.kind === 'rejected');
  for (const table of ['services', 'accounts']) {
    assert.equal((await client.query(`SELECT 1 FROM ${table}`)).rowCount, 0, table);
  }
});
