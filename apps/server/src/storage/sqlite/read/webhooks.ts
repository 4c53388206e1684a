import { disabledReasons, ownershipStates, type Webhook } from '../../../domain/webhook.ts';
import { parseEventNames } from '../../stored-webhook.ts';
import {
  integer,
  integerOrAbsent,
  literal,
  literalOrAbsent,
  text,
  textOrAbsent,
  uuid,
  uuidBytes,
} from '../columns.ts';
import type { Connection, Row } from '../connection.ts';

const columns = `id, url, events, kept_secret, former_kept_secret, former_until_ms, created_at_ms, disabled, disabled_at_ms, failures, failing_since_ms,
  redeliveries_until_ms, ownership, tested_at_ms, deleted`;

// Otherwise SQLite goes over the deleted ones too, of which there may be any number.
export const loadWebhooksSql = `SELECT ${columns} FROM webhooks INDEXED BY webhooks_in_use
     WHERE tenant = ? AND deleted = 0 ORDER BY id`;
const loadWebhookSql = `SELECT ${columns} FROM webhooks WHERE tenant = ? AND id = ? AND deleted = 0`;
const saveWebhookSql = `INSERT INTO webhooks (tenant, ${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (tenant, id) DO UPDATE SET url = excluded.url, events = excluded.events,
       kept_secret = excluded.kept_secret, former_kept_secret = excluded.former_kept_secret,
       former_until_ms = excluded.former_until_ms, disabled = excluded.disabled, disabled_at_ms = excluded.disabled_at_ms,
       failures = excluded.failures, failing_since_ms = excluded.failing_since_ms,
       redeliveries_until_ms = excluded.redeliveries_until_ms, ownership = excluded.ownership, tested_at_ms = excluded.tested_at_ms,
       deleted = excluded.deleted`;

/** Webhooks of a tenant that were not deleted, in the order in which they were made. */
export function loadWebhooks(connection: Connection, tenant: string): Webhook[] {
  return connection.all(loadWebhooksSql, tenant).map(parseWebhook);
}

export function loadWebhook(connection: Connection, tenant: string, id: string): Webhook | undefined {
  const row = connection.get(loadWebhookSql, tenant, uuidBytes(id));
  return row && parseWebhook(row);
}

export function saveWebhook(connection: Connection, tenant: string, webhook: Webhook): void {
  connection.run(
    saveWebhookSql,
    tenant,
    uuidBytes(webhook.id),
    webhook.url,
    JSON.stringify(webhook.events),
    webhook.keptSecret,
    webhook.formerSecret?.kept ?? null,
    webhook.formerSecret?.untilMs ?? null,
    webhook.createdAtMs,
    webhook.disabled ?? null,
    webhook.disabledAtMs ?? null,
    webhook.failures,
    webhook.failingSinceMs ?? null,
    webhook.redeliveriesUntilMs,
    webhook.ownership,
    webhook.testedAtMs,
    webhook.deleted ? 1 : 0,
  );
}

function parseWebhook(row: Row): Webhook {
  return {
    id: uuid(row, 'id'),
    url: text(row, 'url'),
    events: parseEventNames(text(row, 'events')),
    keptSecret: text(row, 'kept_secret'),
    formerSecret: parseFormerSecret(row),
    createdAtMs: integer(row, 'created_at_ms'),
    disabled: literalOrAbsent(row, 'disabled', disabledReasons),
    disabledAtMs: integerOrAbsent(row, 'disabled_at_ms'),
    failures: integer(row, 'failures'),
    failingSinceMs: integerOrAbsent(row, 'failing_since_ms'),
    redeliveriesUntilMs: integer(row, 'redeliveries_until_ms'),
    ownership: literal(row, 'ownership', ownershipStates),
    testedAtMs: integer(row, 'tested_at_ms'),
    deleted: integer(row, 'deleted') === 1,
  };
}

function parseFormerSecret(row: Row): Webhook['formerSecret'] {
  const kept = textOrAbsent(row, 'former_kept_secret');
  const untilMs = integerOrAbsent(row, 'former_until_ms');
  return kept === undefined || untilMs === undefined ? undefined : { kept, untilMs };
}
