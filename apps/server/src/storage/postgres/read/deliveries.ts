import type { Delivery } from '../../../domain/delivery.ts';
import type { DeliveryQueue, DeliveryReads } from '../../../reads/books/deliveries.ts';
import type { LookedAtWebhook, PendingDeliveries, TakeDue, WaitingWebhook } from '../../../reads/books.ts';
import { deliveries, deliveryOf } from '../../tables/deliveries.ts';
import { flag, integerOrAbsent, json, text } from '../columns.ts';
import { parserOf, selectList } from '../described.ts';
import { ofAllTenants, ofTenants } from '../one-tenant.ts';
import type { PostgresRow, StatementRunner } from '../statement-runner.ts';
import type { Reader } from './reader.ts';

const columns = selectList(deliveries);
const parseRow = parserOf(deliveries);

const lockDeliveriesSql = ofTenants(
  1,
  (tenant) => `SELECT d.* FROM json_to_recordset($1) AS w (n integer, tenant text, webhook uuid, event uuid)
  CROSS JOIN LATERAL (SELECT tenant, ${columns} FROM deliveries AS b
    WHERE b.tenant = ${tenant} AND b.webhook = w.webhook AND b.event = w.event FOR UPDATE) AS d ORDER BY w.n`,
);
const loadDeliveriesBeforeSql = `SELECT ${columns} FROM deliveries
  WHERE tenant = $1 AND webhook = $2 AND event < $3 AND event <= $5 ORDER BY event DESC LIMIT $4`;
// It goes from webhook to webhook, so that thousands of deliveries that wait for their next attempt are not read. It
// needs one round trip, so that the time does not grow with the number of webhooks. The inner LIMIT prevents the join
// with all due deliveries that the planner would make of an EXISTS; the ORDER BY prevents it from reading the table
// until it finds one.
const loadWaitingWebhooksSql = ofAllTenants(
  `WITH RECURSIVE looked AS (
    (SELECT tenant, webhook, 1 AS n FROM deliveries WHERE state = 'pending' AND (tenant, webhook) > ($1, $2)
      ORDER BY tenant, webhook LIMIT 1)
    UNION ALL
    SELECT n.tenant, n.webhook, l.n + 1 FROM looked AS l CROSS JOIN LATERAL (
      SELECT d.tenant, d.webhook FROM deliveries AS d
      WHERE d.state = 'pending' AND (d.tenant, d.webhook) > (l.tenant, l.webhook)
      ORDER BY d.tenant, d.webhook LIMIT 1) AS n WHERE l.n < $4)
  SELECT l.tenant, l.webhook, due.is_due IS NOT NULL AS is_due FROM looked AS l
    LEFT JOIN LATERAL (SELECT true AS is_due FROM deliveries AS d
      WHERE d.state = 'pending' AND d.tenant = l.tenant AND d.webhook = l.webhook
        AND d.next_attempt_at_ms <= $3 AND d.taken_until_ms <= $3
      ORDER BY d.next_attempt_at_ms LIMIT 1) AS due ON true
  ORDER BY l.n`,
  `SELECT tenant, webhook, bool_or(next_attempt_at_ms <= $3 AND taken_until_ms <= $3) AS is_due FROM deliveries
  WHERE state = 'pending' AND (tenant, webhook) > ($1, $2) GROUP BY tenant, webhook ORDER BY tenant, webhook LIMIT $4`,
);
// No other instance takes these deliveries, even if they are requested again meanwhile. If this instance dies, another
// one takes them after the time has passed. The deliveries are selected separately, because a plan that selected them
// again for each row would take too long.
const dueSql = (condition: string) => `WITH due AS MATERIALIZED (SELECT tenant, webhook, event FROM deliveries
    WHERE state = 'pending'${condition} AND tenant = $1 AND webhook = $2 AND next_attempt_at_ms <= $3
      AND taken_until_ms <= $3
    ORDER BY next_attempt_at_ms LIMIT $5 FOR UPDATE SKIP LOCKED)
  UPDATE deliveries AS d SET taken_until_ms = $4 FROM due
  WHERE d.tenant = $1 AND d.webhook = due.webhook AND d.event = due.event
  RETURNING ${selectList(deliveries, 'd')}`;
/** Each has an index: the one for tests does not read everything that is due. */
const takeDueSql = { all: dueSql(''), tests: dueSql(" AND event_type = 'webhook.test'") } as const;

// Ordered by webhook, as the index is: a plan that read the table would look at all deliveries of all time. Deliveries
// to a deleted webhook are never sent.
const countPendingSql = ofAllTenants(
  `SELECT sum(n)::int AS n, min(oldest) AS oldest FROM (
    SELECT tenant, webhook, count(*) AS n, min(event::text) AS oldest FROM (
      SELECT tenant, webhook, event FROM deliveries WHERE state = 'pending'
      ORDER BY tenant, webhook, next_attempt_at_ms LIMIT $1) AS first
    GROUP BY tenant, webhook) AS d
  WHERE EXISTS (SELECT 1 FROM webhooks AS w WHERE w.tenant = d.tenant AND w.id = d.webhook AND NOT w.deleted)`,
  `SELECT count(*)::int AS n, min(oldest) AS oldest FROM (SELECT d.event::text AS oldest
    FROM deliveries AS d JOIN webhooks AS w ON w.tenant = d.tenant AND w.id = d.webhook
    WHERE d.state = 'pending' AND NOT w.deleted ORDER BY d.tenant, d.webhook, d.next_attempt_at_ms LIMIT $1) AS d`,
);

const firstId = '00000000-0000-0000-0000-000000000000';

/** A delivery with the tenant whose event it is. */
export interface OwnedDelivery {
  readonly tenant: string;
  readonly delivery: Delivery;
}

/** Loads deliveries, and locks them until the transaction ends. */
export async function lockDeliveries(
  connection: StatementRunner,
  wanted: readonly { readonly tenant: string; readonly webhookId: string; readonly eventId: string }[],
): Promise<OwnedDelivery[]> {
  const names = wanted.map(({ tenant, webhookId, eventId }, n) => ({
    n,
    tenant,
    webhook: webhookId,
    event: eventId,
  }));
  const rows = await connection.rows(lockDeliveriesSql, [json(names)]);
  return rows.map((row) => ({ tenant: text(row, 'tenant'), delivery: parseDelivery(row) }));
}

/** Deliveries to a webhook of events before an id and not after the horizon, the newest first. */
async function loadDeliveriesBefore(
  connection: StatementRunner,
  { tenant, webhookId }: WaitingWebhook,
  {
    beforeEventId,
    throughId,
    limit,
  }: { readonly beforeEventId: string; readonly throughId: string; readonly limit: number },
): Promise<Delivery[]> {
  const values = [tenant, webhookId, beforeEventId, limit, throughId];
  const rows = await connection.rows(loadDeliveriesBeforeSql, values);
  return rows.map(parseDelivery);
}

/** Webhooks after another one to which something is pending, by tenant and id. */
export async function loadWaitingWebhooks(
  statements: StatementRunner,
  after: WaitingWebhook | undefined,
  nowMs: number,
  limit: number,
): Promise<LookedAtWebhook[]> {
  const values = [after?.tenant ?? '', after?.webhookId ?? firstId, nowMs, limit];
  const rows = await statements.rows(loadWaitingWebhooksSql, values);
  return rows.map((row) => ({
    tenant: text(row, 'tenant'),
    webhookId: text(row, 'webhook'),
    isDue: flag(row, 'is_due'),
  }));
}

/** Takes deliveries to a webhook whose time has come, the longest waiting first, for a while. */
async function takeDue(
  connection: StatementRunner,
  { tenant, webhookId }: WaitingWebhook,
  { nowMs, untilMs, limit, onlyTests }: TakeDue,
): Promise<Delivery[]> {
  const sql = onlyTests ? takeDueSql.tests : takeDueSql.all;
  const rows = await connection.rows(sql, [tenant, webhookId, nowMs, untilMs, limit]);
  return rows.map(parseDelivery);
}

async function countPending(statements: StatementRunner, limit: number): Promise<PendingDeliveries> {
  const [row] = await statements.rows(countPendingSql, [limit]);
  const count = row && integerOrAbsent(row, 'n');
  if (row === undefined || count === undefined || count === 0) return { count: 0, oldestEventId: undefined };
  return { count, oldestEventId: text(row, 'oldest') };
}

function parseDelivery(row: PostgresRow): Delivery {
  return deliveryOf(parseRow(row));
}

export function deliveryReads(reader: Reader): DeliveryReads & DeliveryQueue {
  return {
    deliveriesBefore: (tenant, webhookId, beforeEventId, limit) =>
      reader.tail(tenant, (connection, throughId) =>
        loadDeliveriesBefore(connection, { tenant, webhookId }, { beforeEventId, throughId, limit }),
      ),
    waitingWebhooks: (after, nowMs, limit) =>
      reader.read((connection) => loadWaitingWebhooks(connection, after, nowMs, limit)),
    countPending: (limit) => reader.read((connection) => countPending(connection, limit)),
    takeDue: (waiting, take) => reader.of(waiting.tenant, (connection) => takeDue(connection, waiting, take)),
  };
}
