import type { ApiKeyUse, KeyRights } from './api-key.ts';
import type { AttemptResult } from './delivery.ts';
import type { Stroops } from './money.ts';
import type { Settings } from './settings.ts';
import type { UsageItem, WriteOffKind } from './usage.ts';
import type { Webhook } from './webhook.ts';

/** What a caller wants done, validated. */
export type Command =
  | RecordUsage
  | RecordUsageBulk
  | ReverseEntry
  | ClearAccount
  | Settle
  | SettleBulk
  | WriteOffCredit
  | PutService
  | PutServiceBulk
  | DeleteService
  | SetPrice
  | SetDisabled
  | SetMetadata
  | SetPaused
  | ChangeSettings
  | CreateApiKey
  | RotateApiKey
  | RevokeApiKey
  | NoteApiKeyUses
  | CreateWebhook
  | ChangeWebhook
  | DeleteWebhook
  | RotateWebhookSecret
  | TestWebhook
  | Redeliver
  | ReportDelivery;

export interface RecordUsage {
  readonly kind: 'record_usage';
  readonly item: UsageItem;
}

/** An item of a bulk: usage, or what the edge found wrong with it. */
export type BulkItem =
  | { readonly kind: 'valid'; readonly item: UsageItem }
  | { readonly kind: 'invalid'; readonly message: string };

export interface RecordUsageBulk {
  readonly kind: 'record_usage_bulk';
  readonly items: readonly BulkItem[];
  /** whether one item that is refused refuses all */
  readonly isAtomic: boolean;
}

export interface ReverseEntry {
  readonly kind: 'reverse_entry';
  readonly entryId: string;
  readonly reason: string;
}

export interface ClearAccount {
  readonly kind: 'clear_account';
  readonly agent: string;
  readonly serviceId: string;
}

export interface Settle {
  readonly kind: 'settle';
  readonly agent: string;
  readonly serviceId: string;
  /** settle up to this entry only */
  readonly through: number | undefined;
  readonly expectedStroops: Stroops | undefined;
  /** the strong entity tags of an `If-Match`; `*` matches any quote */
  readonly ifMatch: readonly string[] | undefined;
}

export interface SettleBulk {
  readonly kind: 'settle_bulk';
  readonly agent: string;
  /** how many accounts it was weighed with, and may touch; `settleBulkAccountsMax` without it */
  readonly accountsMax?: number;
}

export interface WriteOffCredit {
  readonly kind: 'write_off_credit';
  readonly agent: string;
  readonly serviceId: string;
  readonly writeOffKind: WriteOffKind;
  readonly reason: string;
  /** the credit that is to be written off, above 0 */
  readonly expectedStroops: Stroops | undefined;
}

export interface PutService {
  readonly kind: 'put_service';
  readonly serviceId: string;
  readonly priceStroops: Stroops;
  /** both or neither */
  readonly metadata: { readonly description: string; readonly owner: string } | undefined;
}

/** An item of a bulk of services: a service, or what the edge found wrong with it. */
export type ServiceItem =
  | { readonly kind: 'valid'; readonly item: PutService }
  | { readonly kind: 'invalid'; readonly message: string };

export interface PutServiceBulk {
  readonly kind: 'put_service_bulk';
  readonly items: readonly ServiceItem[];
}

export interface DeleteService {
  readonly kind: 'delete_service';
  readonly serviceId: string;
}

export interface SetPrice {
  readonly kind: 'set_price';
  readonly serviceId: string;
  readonly priceStroops: Stroops;
}

/** While a service is disabled its usage is refused; what was recorded before is quoted and settled as ever. */
export interface SetDisabled {
  readonly kind: 'set_disabled';
  readonly serviceId: string;
  readonly disabled: boolean;
}

export interface SetMetadata {
  readonly kind: 'set_metadata';
  readonly serviceId: string;
  readonly metadata: { readonly description: string; readonly owner: string };
}

/** While paused, the writes of tenants are refused; what was answered before is answered again. */
export interface SetPaused {
  readonly kind: 'set_paused';
  readonly isPaused: boolean;
  /** within which time every instance follows, in milliseconds */
  readonly followedWithinMs: number;
}

/** Changes what the operator sets while the server runs. */
export interface ChangeSettings {
  readonly kind: 'change_settings';
  /** a member that is there and `undefined` goes back to what was configured */
  readonly settings: Partial<Settings>;
  /** what holds where nothing is set */
  readonly configured: { readonly bulkItemsMax: number; readonly requestsPerMinuteMax: number };
  /** within which time every instance follows, in milliseconds */
  readonly followedWithinMs: number;
}

export interface CreateApiKey {
  readonly kind: 'create_api_key';
  /** the key itself: it goes into the answer, which is sealed, and nowhere else */
  readonly key: string;
  readonly digest: string;
  readonly prefix: string;
  readonly hasChecksum: boolean;
  readonly tenant: string;
  readonly label: string;
  readonly expiresAtMs: number | undefined;
  readonly rights: KeyRights;
}

/** Makes a key in the place of another one, which goes on being recognized for a while. */
export interface RotateApiKey {
  readonly kind: 'rotate_api_key';
  /** of the old key */
  readonly prefix: string;
  /** for how long the old one is still recognized, in milliseconds */
  readonly graceMs: number;
  /** within which time every instance knows until when the old one is recognized, in milliseconds */
  readonly followedWithinMs: number;
  readonly made: Pick<CreateApiKey, 'key' | 'digest' | 'prefix' | 'hasChecksum'>;
}

export interface RevokeApiKey {
  readonly kind: 'revoke_api_key';
  readonly prefix: string;
}

/** Which keys were used, and when: said by the worker, not by a caller. */
export interface NoteApiKeyUses {
  readonly kind: 'note_api_key_uses';
  readonly uses: readonly ApiKeyUse[];
}

export interface CreateWebhook {
  readonly kind: 'create_webhook';
  readonly url: string;
  readonly events: Webhook['events'];
  /** the signing secret: it goes into the answer, which is sealed */
  readonly secret: string;
  /** the same, as it is kept */
  readonly keptSecret: string;
  /** what its receiver has to echo before anything is delivered; `undefined` if no proof of ownership is required */
  readonly challenge: string | undefined;
}

/** What is `undefined` stays as it is. */
export interface ChangeWebhook {
  readonly kind: 'change_webhook';
  readonly webhookId: string;
  readonly url: string | undefined;
  readonly events: Webhook['events'] | undefined;
  readonly disabled: boolean | undefined;
  /** as for a new webhook, if the URL changes */
  readonly challenge: string | undefined;
}

export interface DeleteWebhook {
  readonly kind: 'delete_webhook';
  readonly webhookId: string;
}

export interface RotateWebhookSecret {
  readonly kind: 'rotate_webhook_secret';
  readonly webhookId: string;
  /** the new secret: it goes into the answer, which is sealed */
  readonly secret: string;
  /** the same, as it is kept */
  readonly keptSecret: string;
  /** for how long messages are signed with the old one too, in milliseconds */
  readonly graceMs: number;
}

export interface TestWebhook {
  readonly kind: 'test_webhook';
  readonly webhookId: string;
  /** what the receiver has to echo if its ownership is not proven */
  readonly challenge: string;
}

export interface Redeliver {
  readonly kind: 'redeliver';
  readonly webhookId: string;
  readonly eventId: string;
}

/** What came of an attempt to deliver: said by the worker, not by a caller. */
export interface ReportDelivery {
  readonly kind: 'report_delivery';
  readonly webhookId: string;
  readonly eventId: string;
  readonly result: AttemptResult;
  /** whether the webhook had failures when the message was sent, which a delivery ends */
  readonly clearsFailures: boolean;
  /** the URL whose receiver has echoed the challenge of this message */
  readonly provenUrl: string | undefined;
}

/** The most accounts that one `settle_bulk` settles. */
export const settleBulkAccountsMax = 10_000;
/** What a `settle_bulk` is weighed with before the accounts of its agent were counted. */
export const settleBulkAccountsFirst = 100;

/** How many accounts a `settle_bulk` may touch. */
export function accountsMaxOf({ accountsMax = settleBulkAccountsMax }: SettleBulk): number {
  return accountsMax;
}

/** The same command, weighed with the accounts that were counted, and some that may come in the meantime. */
export function weighedWith(command: Command, accounts: number): Command {
  if (command.kind !== 'settle_bulk') return command;
  return { ...command, accountsMax: Math.min(settleBulkAccountsMax, Math.ceil(accounts * 1.1) + 10) };
}

/** How many ids a command may need, at the most: one for each thing that it may make. */
export function idsOf(command: Command): number {
  switch (command.kind) {
    case 'record_usage':
    case 'reverse_entry':
    case 'clear_account':
    case 'settle':
    case 'put_service':
    case 'delete_service':
    case 'set_price':
    case 'set_disabled':
    case 'set_metadata':
    case 'change_webhook':
    case 'test_webhook':
      return 1;
    case 'write_off_credit':
    case 'create_webhook':
      return 2;
    case 'record_usage_bulk':
    case 'put_service_bulk':
      return command.items.length;
    case 'settle_bulk':
      return accountsMaxOf(command);
    case 'delete_webhook':
    case 'rotate_webhook_secret':
    case 'redeliver':
    case 'report_delivery':
    case 'set_paused':
    case 'change_settings':
    case 'create_api_key':
    case 'rotate_api_key':
    case 'revoke_api_key':
    case 'note_api_key_uses':
      return 0;
  }
}

/** What a command weighs in a batch: as much as it has items, or may settle accounts. */
export function weightOf(command: Command): number {
  switch (command.kind) {
    case 'record_usage_bulk':
    case 'put_service_bulk':
      return command.items.length;
    case 'settle_bulk':
      return accountsMaxOf(command);
    case 'record_usage':
    case 'reverse_entry':
    case 'clear_account':
    case 'settle':
    case 'write_off_credit':
    case 'put_service':
    case 'delete_service':
    case 'set_price':
    case 'set_disabled':
    case 'set_metadata':
    case 'set_paused':
    case 'change_settings':
    case 'create_api_key':
    case 'rotate_api_key':
    case 'revoke_api_key':
    case 'note_api_key_uses':
    case 'create_webhook':
    case 'change_webhook':
    case 'delete_webhook':
    case 'rotate_webhook_secret':
    case 'test_webhook':
    case 'redeliver':
    case 'report_delivery':
      return 1;
  }
}
