import type { Announcement } from '../../../domain/delivery.ts';
import { deliveries, deliveryRow } from '../../tables/deliveries.ts';
import { json } from '../columns.ts';
import { recordOf, upsertSql } from '../described.ts';
import { madeOfTenants } from '../one-tenant.ts';
import type { OwnedDelivery } from '../read/deliveries.ts';
import type { StatementRunner } from '../statement-runner.ts';

// A delivery that was requested again has no attempts yet, and the same instance still holds it; otherwise an outcome
// was recorded.
const saveDeliveriesSql = upsertSql(
  deliveries,
  undefined,
  `,
    taken_until_ms = CASE WHEN excluded.attempts = 0 THEN deliveries.taken_until_ms ELSE 0 END`,
);
const deliveryRecord = recordOf(deliveries);

// The database creates the rows, because 160,000 rows in JSON would keep this process busy for a second. They are
// created webhook by webhook, in the order of the key.
const announced = `json_to_recordset($1) AS w (tenant text, event_type text, events uuid[], webhooks uuid[], at_ms bigint)
    CROSS JOIN LATERAL unnest(w.webhooks) AS webhook`;
const saveAnnouncedSql = madeOfTenants(
  1,
  (
    tenant,
    from,
  ) => `INSERT INTO deliveries (tenant, webhook, event, event_type, state, attempts, next_attempt_at_ms)
  SELECT ${tenant}, webhook, unnest(w.events), w.event_type, 'pending', 0, w.at_ms FROM ${from(announced)}`,
);

export async function saveDeliveries(
  statements: StatementRunner,
  changed: readonly OwnedDelivery[],
): Promise<void> {
  if (changed.length === 0) return;
  const rows = changed.map(({ tenant, delivery }) => deliveryRecord({ tenant }, deliveryRow(delivery)));
  await statements.rows(saveDeliveriesSql, [json(rows)]);
}

/** Makes the deliveries of announcements. */
export async function saveAnnouncements(
  statements: StatementRunner,
  announcements: readonly { readonly tenant: string; readonly announcement: Announcement }[],
): Promise<void> {
  if (announcements.length === 0) return;
  const rows = announcements.map(({ tenant, announcement: { eventType, eventIds, webhookIds, atMs } }) => ({
    tenant,
    event_type: eventType,
    events: eventIds,
    webhooks: webhookIds,
    at_ms: atMs,
  }));
  await statements.rows(saveAnnouncedSql, [json(rows)]);
}
