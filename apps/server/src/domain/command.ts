import type { CommandRules } from './command-rules.ts';
import {
  type CreateApiKey,
  createApiKey,
  type NoteApiKeyUses,
  noteApiKeyUses,
  type RevokeApiKey,
  type RotateApiKey,
  revokeApiKey,
  rotateApiKey,
} from './commands/api-keys.ts';
import { type WriteOffCredit, writeOffCredit } from './commands/credits.ts';
import { type Redeliver, type ReportDelivery, redeliver, reportDelivery } from './commands/deliveries.ts';
import { type SetPaused, setPaused } from './commands/pause.ts';
import { type ClearAccount, clearAccount, type ReverseEntry, reverseEntry } from './commands/reversals.ts';
import {
  type DeleteService,
  deleteService,
  type PutService,
  type PutServiceBulk,
  putService,
  putServiceBulk,
  type SetDisabled,
  type SetMetadata,
  type SetPrice,
  setDisabled,
  setMetadata,
  setPrice,
} from './commands/services.ts';
import { type ChangeSettings, changeSettings } from './commands/settings.ts';
import { type Settle, type SettleBulk, settle, settleBulk, settleBulkOf } from './commands/settlements.ts';
import { type RecordUsage, type RecordUsageBulk, recordUsage, recordUsageBulk } from './commands/usage.ts';
import {
  type ChangeWebhook,
  type CreateWebhook,
  changeWebhook,
  createWebhook,
  type DeleteWebhook,
  deleteWebhook,
  type RotateWebhookSecret,
  rotateWebhookSecret,
  type TestWebhook,
  testWebhook,
} from './commands/webhooks.ts';
import { weighedToLookBack } from './far-back.ts';

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

type Kind = Command['kind'];

/** Every kind of command, with its own rules: a missing kind, or the rules of another, is an error of types. */
const rulesOfKinds: Readonly<Record<Kind, CommandRules<Command>>> = {
  record_usage: recordUsage,
  record_usage_bulk: recordUsageBulk,
  reverse_entry: reverseEntry,
  clear_account: clearAccount,
  settle,
  settle_bulk: settleBulk,
  write_off_credit: writeOffCredit,
  put_service: putService,
  put_service_bulk: putServiceBulk,
  delete_service: deleteService,
  set_price: setPrice,
  set_disabled: setDisabled,
  set_metadata: setMetadata,
  set_paused: setPaused,
  change_settings: changeSettings,
  create_api_key: createApiKey,
  rotate_api_key: rotateApiKey,
  revoke_api_key: revokeApiKey,
  note_api_key_uses: noteApiKeyUses,
  create_webhook: createWebhook,
  change_webhook: changeWebhook,
  delete_webhook: deleteWebhook,
  rotate_webhook_secret: rotateWebhookSecret,
  test_webhook: testWebhook,
  redeliver,
  report_delivery: reportDelivery,
} satisfies { readonly [K in Kind]: CommandRules<Extract<Command, { readonly kind: K }>> };

/** The rules of a command's kind. */
export function rulesOf(command: Command): CommandRules<Command> {
  return rulesOfKinds[command.kind];
}

/** The same command, weighed with what it was found to touch. */
export function weighedWith(command: Command, touched: number): Command {
  if (command.kind === 'settle_bulk') return settleBulkOf(command, touched);
  if (command.kind === 'settle' || command.kind === 'clear_account')
    return weighedToLookBack(command, touched);
  return command;
}
