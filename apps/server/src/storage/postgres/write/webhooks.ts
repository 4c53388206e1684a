import { webhookRow, webhooks } from '../../tables/webhooks.ts';
import { json } from '../columns.ts';
import { recordOf, upsertSql } from '../described.ts';
import type { OwnedWebhook } from '../read/webhooks.ts';
import type { StatementRunner } from '../statement-runner.ts';

const saveWebhooksSql = upsertSql(webhooks);
const webhookRecord = recordOf(webhooks);

export async function saveWebhooks(
  statements: StatementRunner,
  owned: readonly OwnedWebhook[],
): Promise<void> {
  if (owned.length === 0) return;
  const rows = owned.map(({ tenant, webhook }) => webhookRecord({ tenant }, webhookRow(webhook)));
  await statements.rows(saveWebhooksSql, [json(rows)]);
}
