import type { Webhook } from '../../../domain/webhook.ts';
import type { WebhookReads } from '../../../reads/books/webhooks.ts';
import { webhookOf, webhooks } from '../../tables/webhooks.ts';
import { uuidBytes } from '../columns.ts';
import type { SqliteConnection, SqliteRow } from '../connection.ts';
import { parserOf, selectList } from '../described.ts';
import type { Read } from './reader.ts';

const columns = selectList(webhooks);
const parseRow = parserOf(webhooks);

// Otherwise SQLite also reads the deleted webhooks, of which there may be any number.
export const loadWebhooksSql = `SELECT ${columns} FROM webhooks INDEXED BY webhooks_in_use
     WHERE tenant = ? AND deleted = 0 ORDER BY id`;
const loadWebhookSql = `SELECT ${columns} FROM webhooks WHERE tenant = ? AND id = ? AND deleted = 0`;

/** Webhooks of a tenant that were not deleted, in the order in which they were made. */
export function loadWebhooks(connection: SqliteConnection, tenant: string): Webhook[] {
  return connection.all(loadWebhooksSql, tenant).map(parseWebhook);
}

function loadWebhook(connection: SqliteConnection, tenant: string, id: string): Webhook | undefined {
  const row = connection.get(loadWebhookSql, tenant, uuidBytes(id));
  return row && parseWebhook(row);
}

function parseWebhook(row: SqliteRow): Webhook {
  return webhookOf(parseRow(row));
}

export function webhookReads(read: Read): WebhookReads {
  return {
    webhooks: (tenant) => read((connection) => loadWebhooks(connection, tenant)),
    webhook: (tenant, id) => read((connection) => loadWebhook(connection, tenant, id)),
  };
}
