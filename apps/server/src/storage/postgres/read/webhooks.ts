import { disabledReasons, ownershipStates, type Webhook } from '../../../domain/webhook.ts';
import { parseEventNames } from '../../stored-webhook.ts';
import {
  flag,
  integer,
  integerOrAbsent,
  json,
  literal,
  literalOrAbsent,
  text,
  textOrAbsent,
} from '../columns.ts';
import type { Connection, Row, Statements } from '../connection.ts';

const columns = `id, url, events, kept_secret, former_kept_secret, former_until_ms, created_at_ms, disabled, disabled_at_ms, failures, failing_since_ms,
  redeliveries_until_ms, ownership, tested_at_ms, deleted`;

const loadWebhooksSql = `SELECT tenant, ${columns} FROM webhooks WHERE tenant = ANY ($1) AND NOT deleted ORDER BY id`;
const loadWebhookSql = `SELECT ${columns} FROM webhooks WHERE tenant = $1 AND id = $2 AND NOT deleted`;
const saveWebhooksSql = `INSERT INTO webhooks (tenant, ${columns}) SELECT tenant, ${columns}
  FROM json_to_recordset($1) AS w (tenant text, id uuid, url text, events text, kept_secret text,
    former_kept_secret text, former_until_ms bigint, created_at_ms bigint,
    disabled text, disabled_at_ms bigint, failures integer, failing_since_ms bigint, redeliveries_until_ms bigint,
    ownership text, tested_at_ms bigint, deleted boolean)
  ON CONFLICT (tenant, id) DO UPDATE SET url = excluded.url, events = excluded.events,
    kept_secret = excluded.kept_secret, former_kept_secret = excluded.former_kept_secret,
       former_until_ms = excluded.former_until_ms, disabled = excluded.disabled, disabled_at_ms = excluded.disabled_at_ms,
       failures = excluded.failures, failing_since_ms = excluded.failing_since_ms,
       redeliveries_until_ms = excluded.redeliveries_until_ms, ownership = excluded.ownership, tested_at_ms = excluded.tested_at_ms,
    deleted = excluded.deleted`;

/** A webhook with the tenant that it belongs to. */
export interface OwnedWebhook {
  readonly tenant: string;
  readonly webhook: Webhook;
}

/** Webhooks of tenants that were not deleted, in the order in which they were made. */
export async function loadWebhooks(
  connection: Connection,
  tenants: readonly string[],
): Promise<OwnedWebhook[]> {
  const rows = await connection.rows(loadWebhooksSql, [tenants]);
  return rows.map((row) => ({ tenant: text(row, 'tenant'), webhook: parseWebhook(row) }));
}

export async function loadWebhook(
  connection: Connection,
  tenant: string,
  id: string,
): Promise<Webhook | undefined> {
  const [row] = await connection.rows(loadWebhookSql, [tenant, id]);
  return row && parseWebhook(row);
}

export async function saveWebhooks(statements: Statements, webhooks: readonly OwnedWebhook[]): Promise<void> {
  if (webhooks.length === 0) return;
  const rows = webhooks.map(({ tenant, webhook }) => ({
    tenant,
    id: webhook.id,
    url: webhook.url,
    events: JSON.stringify(webhook.events),
    kept_secret: webhook.keptSecret,
    former_kept_secret: webhook.formerSecret?.kept ?? null,
    former_until_ms: webhook.formerSecret?.untilMs ?? null,
    created_at_ms: webhook.createdAtMs,
    disabled: webhook.disabled ?? null,
    disabled_at_ms: webhook.disabledAtMs ?? null,
    failures: webhook.failures,
    failing_since_ms: webhook.failingSinceMs ?? null,
    redeliveries_until_ms: webhook.redeliveriesUntilMs,
    ownership: webhook.ownership,
    tested_at_ms: webhook.testedAtMs,
    deleted: webhook.deleted,
  }));
  await statements.rows(saveWebhooksSql, [json(rows)]);
}

function parseWebhook(row: Row): Webhook {
  return {
    id: text(row, 'id'),
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
    deleted: flag(row, 'deleted'),
  };
}

function parseFormerSecret(row: Row): Webhook['formerSecret'] {
  const kept = textOrAbsent(row, 'former_kept_secret');
  const untilMs = integerOrAbsent(row, 'former_until_ms');
  return kept === undefined || untilMs === undefined ? undefined : { kept, untilMs };
}
