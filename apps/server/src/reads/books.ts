import type { AccountReads } from './books/accounts.ts';
import type { ActReads } from './books/acts.ts';
import type { ApiKeyBooks } from './books/api-keys.ts';
import type { AssetReads } from './books/assets.ts';
import type { BalanceReads } from './books/balances.ts';
import type { DeliveryQueue, DeliveryReads } from './books/deliveries.ts';
import type { EntryReads } from './books/entries.ts';
import type { EventReads } from './books/events.ts';
import type { HoldReads } from './books/holds.ts';
import type { LimitReads } from './books/limits.ts';
import type { OperatorReads } from './books/operator.ts';
import type { RecordReads } from './books/records.ts';
import type { ServiceReads } from './books/services.ts';
import type { SettlementReads } from './books/settlements.ts';
import type { WebhookReads } from './books/webhooks.ts';

export type {
  AccountAndService,
  AccountKey,
  AccountsFilter,
  AccountsPage,
  CountedNames,
} from './books/accounts.ts';
export type { BalanceName, DueAgent } from './books/balances.ts';
export type { LookedAtWebhook, PendingDeliveries, TakeDue, WaitingWebhook } from './books/deliveries.ts';
export type { CounterKey } from './books/limits.ts';
export type { KeyFacts, RecordKey } from './books/records.ts';

/** The read side of a storage engine: small reads, each bounded, of what was committed. Each noun has its part. */
export interface Books
  extends AccountReads,
    ActReads,
    AssetReads,
    BalanceReads,
    DeliveryReads,
    EntryReads,
    EventReads,
    LimitReads,
    HoldReads,
    OperatorReads,
    RecordReads,
    ServiceReads,
    SettlementReads,
    WebhookReads {
  /** @throws {Error} when the database cannot be read */
  ping(): Promise<void>;
  close(): void | Promise<void>;
}

/** All reads of an engine, including those that no tenant may use. */
export interface AllBooks extends Books, ApiKeyBooks, DeliveryQueue {}
