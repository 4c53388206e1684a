import { StorageFault } from '../../../ledger/storage-port.ts';
import type { AllBooks } from '../../../reads/books.ts';
import type { AnswerCap } from '../../stored-answer.ts';
import { flag } from '../columns.ts';
import type { KnownApiKeys } from '../database/known-api-keys.ts';
import type { TailHorizon } from '../database/tail-horizon.ts';
import type { ReadPool } from '../pool.ts';
import { accountAndServiceRead } from './account-and-service.ts';
import { accountReads } from './accounts.ts';
import { accountsPageRead } from './accounts-page.ts';
import { actReads } from './acts.ts';
import { apiKeyReads } from './api-keys.ts';
import { assetReads } from './assets.ts';
import { balanceReads } from './balances.ts';
import { deliveryReads } from './deliveries.ts';
import { entryReads } from './entries.ts';
import { entryStatesRead } from './entry-states.ts';
import { eventReads } from './events.ts';
import { holdReads } from './holds.ts';
import { limitReads } from './limits.ts';
import { lookForEntriesRead } from './look-for-entries.ts';
import { operatorReads } from './operator.ts';
import { positionBeforeRead } from './positions-before.ts';
import { Reader } from './reader.ts';
import { recordReads } from './records.ts';
import { serviceReads } from './services.ts';
import { settlementReads } from './settlements.ts';
import { sumReads } from './sum-accounts.ts';
import { usageSumRead } from './sum-usage.ts';
import { tallyRead } from './tally-events.ts';
import { tenantRead } from './tenants.ts';
import { webhookReads } from './webhooks.ts';
import { writeOffsRead } from './write-offs.ts';

/** What reads of the database work with. */
export interface BooksParts {
  readonly pool: Pick<ReadPool, 'use' | 'close'>;
  /** for checks whether the database answers, which do not wait for reads of tenants */
  readonly pulse: ReadPool;
  readonly cap: AnswerCap;
  readonly horizon: TailHorizon;
  readonly apiKeys: KnownApiKeys;
}

const isWritableSql = `SELECT NOT pg_is_in_recovery() AND current_setting('transaction_read_only') = 'off' AS is_writable
  FROM schema_versions LIMIT 1`;

/** Reads of a PostgreSQL: each is one statement, and so one snapshot. */
export function postgresBooks({ pool, pulse, cap, horizon, apiKeys }: BooksParts): AllBooks {
  const reader = new Reader(pool, horizon);
  return {
    ...accountReads(reader),
    ...accountAndServiceRead(reader),
    ...accountsPageRead(reader),
    ...positionBeforeRead(reader),
    ...writeOffsRead(reader),
    ...sumReads(reader),
    ...usageSumRead(reader),
    ...tenantRead(reader),
    ...serviceReads(reader),
    ...entryReads(reader),
    ...entryStatesRead(reader),
    ...lookForEntriesRead(reader),
    ...settlementReads(reader),
    ...eventReads(reader),
    ...limitReads(reader),
    ...tallyRead(reader),
    ...webhookReads(reader),
    ...deliveryReads(reader),
    ...actReads(reader),
    ...assetReads(reader),
    ...balanceReads(reader),
    ...holdReads(reader),
    ...apiKeyReads(reader),
    ...recordReads(reader, cap),
    ...operatorReads(reader),
    apiKeyByDigest: (digest) => apiKeys.byDigest(digest),
    ping: () => ping(pulse),
    close: async () => {
      await Promise.all([pool.close(), pulse.close()]);
    },
  };
}

/** An instance cannot serve from a database that takes no writes, such as a standby. */
async function ping(pulse: ReadPool): Promise<void> {
  const [row] = await pulse.use((connection) => connection.rows(isWritableSql, []));
  if (row === undefined || !flag(row, 'is_writable')) {
    throw new StorageFault('unavailable', 'the database takes no writes', undefined);
  }
}
