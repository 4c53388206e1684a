import type { Delivery } from '../../../domain/delivery.ts';
import type { DeliveryQueue, DeliveryReads } from '../../../reads/books/deliveries.ts';
import type { LookedAtWebhook, PendingDeliveries, TakeDue, WaitingWebhook } from '../../../reads/books.ts';
import { deliveries, deliveryOf } from '../../tables/deliveries.ts';
import { integer, integerOrAbsent, text, uuid, uuidBytes } from '../columns.ts';
import type { SqliteConnection, SqliteRow } from '../connection.ts';
import { parserOf, selectList } from '../described.ts';
import type { Read } from './reader.ts';

const columns = selectList(deliveries);
const parseRow = parserOf(deliveries);

const loadDeliverySql = `SELECT ${columns} FROM deliveries WHERE tenant = ? AND webhook = ? AND event = ?`;
const loadDeliveriesBeforeSql = `SELECT ${columns} FROM deliveries
     WHERE tenant = ? AND webhook = ? AND event < ? ORDER BY event DESC LIMIT ?`;
/**
 * The webhook's first in the index, so that thousands of deliveries that wait for their next attempt are skipped. Two
 * statements: for `(tenant, webhook) > (?, ?)` SQLite begins at the first row of that webhook and reads all of them.
 */
export const nextWaitingSql = {
  sameTenant: `SELECT tenant, webhook, next_attempt_at_ms FROM deliveries
     WHERE state = 'pending' AND tenant = ? AND webhook > ? ORDER BY webhook, next_attempt_at_ms LIMIT 1`,
  nextTenant: `SELECT tenant, webhook, next_attempt_at_ms FROM deliveries
     WHERE state = 'pending' AND tenant > ? ORDER BY tenant, webhook, next_attempt_at_ms LIMIT 1`,
} as const;
const dueSql = (condition: string) => `SELECT ${columns} FROM deliveries
     WHERE state = 'pending'${condition} AND tenant = ? AND webhook = ? AND next_attempt_at_ms <= ?
     ORDER BY next_attempt_at_ms LIMIT ?`;
/** Each has an index: the one for tests does not read everything that is due. */
export const loadDueSql = { all: dueSql(''), tests: dueSql(" AND event_type = 'webhook.test'") } as const;

/**
 * By webhook, and so in the order of the index, which has all that is read. What waits for a webhook that was deleted is
 * never sent.
 */
export const countPendingSql = `SELECT sum(n) AS n, min(oldest) AS oldest FROM (
     SELECT tenant, webhook, count(*) AS n, min(event) AS oldest FROM (
       SELECT tenant, webhook, event FROM deliveries WHERE state = 'pending'
       ORDER BY tenant, webhook, next_attempt_at_ms LIMIT ?)
     GROUP BY tenant, webhook) AS d
   WHERE EXISTS (SELECT 1 FROM webhooks AS w WHERE w.tenant = d.tenant AND w.id = d.webhook AND w.deleted = 0)`;

export function loadDelivery(
  connection: SqliteConnection,
  tenant: string,
  webhookId: string,
  eventId: string,
): Delivery | undefined {
  const row = connection.get(loadDeliverySql, tenant, uuidBytes(webhookId), uuidBytes(eventId));
  return row && parseDelivery(row);
}

/** Deliveries to a webhook of events before an id, the newest first. */
function loadDeliveriesBefore(
  connection: SqliteConnection,
  tenant: string,
  webhookId: string,
  beforeEventId: string,
  limit: number,
): Delivery[] {
  return connection
    .all(loadDeliveriesBeforeSql, tenant, uuidBytes(webhookId), uuidBytes(beforeEventId), limit)
    .map(parseDelivery);
}

/** Webhooks after another one to which something is pending, by tenant and id. */
function loadWaitingWebhooks(
  connection: SqliteConnection,
  after: WaitingWebhook | undefined,
  nowMs: number,
  limit: number,
): LookedAtWebhook[] {
  const found: LookedAtWebhook[] = [];
  while (found.length < limit) {
    const next = loadNextWaiting(connection, found.at(-1) ?? after, nowMs);
    if (next === undefined) break;
    found.push(next);
  }
  return found;
}

function loadNextWaiting(
  connection: SqliteConnection,
  after: WaitingWebhook | undefined,
  nowMs: number,
): LookedAtWebhook | undefined {
  const tenant = after?.tenant ?? '';
  const row =
    (after && connection.get(nextWaitingSql.sameTenant, tenant, uuidBytes(after.webhookId))) ??
    connection.get(nextWaitingSql.nextTenant, tenant);
  if (row === undefined) return undefined;
  const isDue = integer(row, 'next_attempt_at_ms') <= nowMs;
  return { tenant: text(row, 'tenant'), webhookId: uuid(row, 'webhook'), isDue };
}

/**
 * Deliveries to a webhook whose time has come, the longest waiting first. Who takes them is not saved: there is
 * one server on a file, and it names the deliveries that it is sending.
 */
function loadDue(
  connection: SqliteConnection,
  { tenant, webhookId }: WaitingWebhook,
  { nowMs, limit, onlyTests, inFlight }: TakeDue,
): Delivery[] {
  return connection
    .all(
      onlyTests ? loadDueSql.tests : loadDueSql.all,
      tenant,
      uuidBytes(webhookId),
      nowMs,
      limit + inFlight.size,
    )
    .map(parseDelivery)
    .filter(({ eventId }) => !inFlight.has(eventId))
    .slice(0, limit);
}

function countPending(connection: SqliteConnection, limit: number): PendingDeliveries {
  const row = connection.get(countPendingSql, limit);
  const count = row && integerOrAbsent(row, 'n');
  if (row === undefined || count === undefined) return { count: 0, oldestEventId: undefined };
  return { count, oldestEventId: uuid(row, 'oldest') };
}

function parseDelivery(row: SqliteRow): Delivery {
  return deliveryOf(parseRow(row));
}

export function deliveryReads(read: Read): DeliveryReads & DeliveryQueue {
  return {
    deliveriesBefore: (tenant, webhookId, beforeEventId, limit) =>
      read((connection) => loadDeliveriesBefore(connection, tenant, webhookId, beforeEventId, limit)),
    waitingWebhooks: (after, nowMs, limit) =>
      read((connection) => loadWaitingWebhooks(connection, after, nowMs, limit)),
    takeDue: (waiting, take) => read((connection) => loadDue(connection, waiting, take)),
    countPending: (limit) => read((connection) => countPending(connection, limit)),
  };
}
