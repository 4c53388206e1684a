import type { Command } from './command.ts';
import { createApiKey, noteApiKeyUses, revokeApiKey, rotateApiKey } from './decide-api-key.ts';
import { writeOffCredit } from './decide-credit.ts';
import { setPaused } from './decide-pause.ts';
import { clearAccount, reverseEntry } from './decide-reversal.ts';
import { deleteService, putService, setDisabled, setMetadata, setPrice } from './decide-service.ts';
import { putServiceBulk } from './decide-service-bulk.ts';
import { changeSettings } from './decide-settings.ts';
import { settle, settleBulk } from './decide-settle.ts';
import { recordUsage, recordUsageBulk } from './decide-usage.ts';
import {
  changeWebhook,
  createWebhook,
  deleteWebhook,
  redeliver,
  reportDelivery,
  rotateWebhookSecret,
  testWebhook,
} from './decide-webhook.ts';
import type { Decision, Heavier, Moment } from './decision.ts';
import { withDeliveries } from './outbox.ts';
import type { View } from './view.ts';

/**
 * Decides a command: what it sees in, answer and changes out. Pure: no clock, no randomness, no I/O; the time and
 * new ids come in with the moment, and the view is left alone. All of billing is in this folder.
 */
export function decide(command: Command, view: View, moment: Moment): Decision | Heavier {
  const decision = decideCommand(command, view, moment);
  if (decision.kind !== 'done') return decision;
  return { ...decision, changes: withDeliveries(decision.changes, view.webhooks(), moment.nowMs) };
}

function decideCommand(command: Command, view: View, moment: Moment): Decision | Heavier {
  switch (command.kind) {
    case 'record_usage':
      return recordUsage(command, view, moment);
    case 'record_usage_bulk':
      return recordUsageBulk(command, view, moment);
    case 'reverse_entry':
      return reverseEntry(command, view, moment);
    case 'clear_account':
      return clearAccount(command, view, moment);
    case 'settle':
      return settle(command, view, moment);
    case 'settle_bulk':
      return settleBulk(command, view, moment);
    case 'write_off_credit':
      return writeOffCredit(command, view, moment);
    case 'put_service':
      return putService(command, view, moment);
    case 'put_service_bulk':
      return putServiceBulk(command, view, moment);
    case 'delete_service':
      return deleteService(command, view, moment);
    case 'set_price':
      return setPrice(command, view, moment);
    case 'set_disabled':
      return setDisabled(command, view, moment);
    case 'set_metadata':
      return setMetadata(command, view, moment);
    case 'set_paused':
      return setPaused(command, view, moment);
    case 'change_settings':
      return changeSettings(command, view, moment);
    case 'create_api_key':
      return createApiKey(command, view, moment);
    case 'rotate_api_key':
      return rotateApiKey(command, view, moment);
    case 'revoke_api_key':
      return revokeApiKey(command, view, moment);
    case 'note_api_key_uses':
      return noteApiKeyUses(command);
    case 'create_webhook':
      return createWebhook(command, view, moment);
    case 'change_webhook':
      return changeWebhook(command, view, moment);
    case 'delete_webhook':
      return deleteWebhook(command, view, moment);
    case 'rotate_webhook_secret':
      return rotateWebhookSecret(command, view, moment);
    case 'test_webhook':
      return testWebhook(command, view, moment);
    case 'redeliver':
      return redeliver(command, view, moment);
    case 'report_delivery':
      return reportDelivery(command, view, moment);
  }
}
