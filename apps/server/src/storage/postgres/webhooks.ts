import type { Webhook } from '../../domain/webhook.ts';
import { parseEventNames } from '../stored-webhook.ts';
import { flag, integer, json, literalOrAbsent, text } from './columns.ts';
import type { Connection, Row, Statements } from './connection.ts';

const columns = 'id, url, events, kept_secret, created_at_ms, disabled, tested_at_ms, deleted';

const loadWebhooksSql = `SELECT tenant, ${columns} FROM webhooks WHERE tenant = ANY ($1) AND NOT deleted ORDER BY id`;
const loadWebhookSql = `SELECT ${columns} FROM webhooks WHERE tenant = $1 AND id = $2 AND NOT deleted`;
const saveWebhooksSql = `INSERT INTO webhooks (tenant, ${columns}) SELECT tenant, ${columns}
  FROM json_to_recordset($1) AS w (tenant text, id uuid, url text, events text, kept_secret text, created_at_ms bigint,
    disabled text, tested_at_ms bigint, deleted boolean)
  ON CONFLICT (tenant, id) DO UPDATE SET url = excluded.url, events = excluded.events,
    kept_secret = excluded.kept_secret, disabled = excluded.disabled, tested_at_ms = excluded.tested_at_ms,
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
    created_at_ms: webhook.createdAtMs,
    disabled: webhook.disabled ?? null,
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
    createdAtMs: integer(row, 'created_at_ms'),
    disabled: literalOrAbsent(row, 'disabled', ['by_request', 'gone'] as const),
    testedAtMs: integer(row, 'tested_at_ms'),
    deleted: flag(row, 'deleted'),
  };
}
