import type { AllBooks } from '../../../reads/books.ts';
import type { AnswerCap } from '../../stored-answer.ts';
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
import type { Read, Snapshots } from './reader.ts';
import { recordReads } from './records.ts';
import { serviceReads } from './services.ts';
import { settlementReads } from './settlements.ts';
import { sumReads } from './sum-accounts.ts';
import { usageSumRead } from './sum-usage.ts';
import { tallyRead } from './tally-events.ts';
import { tenantRead } from './tenants.ts';
import { webhookReads } from './webhooks.ts';
import { writeOffsRead } from './write-offs.ts';

/** Reads of a database file. Each is short: it runs on the calling thread. */
export function sqliteBooks(snapshots: Snapshots, cap: AnswerCap): AllBooks {
  const read: Read = (work) => snapshots.read(work);
  return {
    ...accountReads(read),
    ...accountAndServiceRead(read),
    ...accountsPageRead(read),
    ...positionBeforeRead(read),
    ...writeOffsRead(read),
    ...sumReads(read),
    ...usageSumRead(read),
    ...tenantRead(read),
    ...serviceReads(read),
    ...entryReads(read),
    ...entryStatesRead(read),
    ...lookForEntriesRead(read),
    ...settlementReads(read),
    ...eventReads(read),
    ...limitReads(read),
    ...tallyRead(read),
    ...webhookReads(read),
    ...deliveryReads(read),
    ...actReads(read),
    ...assetReads(read),
    ...balanceReads(read),
    ...holdReads(read),
    ...apiKeyReads(read),
    ...recordReads(read, cap),
    ...operatorReads(read),
    ping: () =>
      read((connection) => {
        connection.get('SELECT only FROM ledger_clock');
      }),
    close: () => snapshots.close(),
  };
}
