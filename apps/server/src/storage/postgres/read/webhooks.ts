import type { Webhook } from '../../../domain/webhook.ts';
import type { WebhookReads } from '../../../reads/books/webhooks.ts';
import { webhookOf, webhooks } from '../../tables/webhooks.ts';
import { text } from '../columns.ts';
import { parserOf, selectList } from '../described.ts';
import { ofTenants } from '../one-tenant.ts';
import type { PostgresRow, StatementRunner } from '../statement-runner.ts';
import type { Reader } from './reader.ts';

const columns = selectList(webhooks);
const parseRow = parserOf(webhooks);

const loadWebhooksSql = ofTenants(
  1,
  () => `SELECT tenant, ${columns} FROM webhooks WHERE tenant = ANY ($1) AND NOT deleted ORDER BY id`,
  (tenant) =>
    `SELECT tenant, ${columns} FROM webhooks WHERE tenant = ${tenant} AND tenant = ANY ($1) AND NOT deleted ORDER BY id`,
);
const loadWebhookSql = `SELECT ${columns} FROM webhooks WHERE tenant = $1 AND id = $2 AND NOT deleted`;

/** A webhook with the tenant that it belongs to. */
export interface OwnedWebhook {
  readonly tenant: string;
  readonly webhook: Webhook;
}

/** Webhooks of tenants that were not deleted, in the order in which they were made. */
export async function loadWebhooks(
  connection: StatementRunner,
  tenants: readonly string[],
): Promise<OwnedWebhook[]> {
  const rows = await connection.rows(loadWebhooksSql, [tenants]);
  return rows.map((row) => ({ tenant: text(row, 'tenant'), webhook: parseWebhook(row) }));
}

async function loadWebhook(
  connection: StatementRunner,
  tenant: string,
  id: string,
): Promise<Webhook | undefined> {
  const [row] = await connection.rows(loadWebhookSql, [tenant, id]);
  return row && parseWebhook(row);
}

function parseWebhook(row: PostgresRow): Webhook {
  return webhookOf(parseRow(row));
}

export function webhookReads(reader: Reader): WebhookReads {
  return {
    webhooks: async (tenant) => {
      const owned = await reader.of(tenant, (connection) => loadWebhooks(connection, [tenant]));
      return owned.map(({ webhook }) => webhook);
    },
    webhook: (tenant, id) => reader.of(tenant, (connection) => loadWebhook(connection, tenant, id)),
  };
}
