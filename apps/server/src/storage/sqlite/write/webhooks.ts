import type { Webhook } from '../../../domain/webhook.ts';
import { webhookRow, webhooks } from '../../tables/webhooks.ts';
import type { SqliteConnection } from '../connection.ts';
import { upsertSql, valuesOf } from '../described.ts';

const saveWebhookSql = upsertSql(webhooks);
const webhookValues = valuesOf(webhooks);

export function saveWebhook(connection: SqliteConnection, tenant: string, webhook: Webhook): void {
  connection.run(saveWebhookSql, tenant, ...webhookValues(webhookRow(webhook)));
}
