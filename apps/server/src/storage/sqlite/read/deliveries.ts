import { type Announcement, type Delivery, deliveryOutcomes } from '../../../domain/delivery.ts';
import { eventTypes } from '../../../domain/event.ts';
import type { LookedAtWebhook, TakeDue, WaitingWebhook } from '../../../reads/books.ts';
import { idAtMs } from '../../../reads/id-bounds.ts';
import {
  digitsOf,
  integer,
  integerOrAbsent,
  literal,
  literalOrAbsent,
  text,
  uuid,
  uuidBytes,
} from '../columns.ts';
import type { Connection, Row } from '../connection.ts';

const columns =
  'webhook, event, event_type, state, attempts, next_attempt_at_ms, attempted_at_ms, outcome, status';
const states = ['pending', 'delivered', 'failed'] as const;

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
/** Each has an index: that of the tests does not go over all that is due. */
export const loadDueSql = { all: dueSql(''), tests: dueSql(" AND event_type = 'webhook.test'") } as const;
const saveDeliverySql = `INSERT INTO deliveries (tenant, ${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (tenant, webhook, event) DO UPDATE SET state = excluded.state, attempts = excluded.attempts,
       next_attempt_at_ms = excluded.next_attempt_at_ms, attempted_at_ms = excluded.attempted_at_ms,
       outcome = excluded.outcome, status = excluded.status`;
// One statement for a webhook, whose rows stand together in both trees: 80,000 rows take 120 ms, one by one 230 ms.
const saveAnnouncedSql = `INSERT INTO deliveries (tenant, webhook, event, event_type, state, attempts, next_attempt_at_ms)
     SELECT ?, ?, unhex(value), ?, 'pending', 0, ? FROM json_each(?)`;

export function loadDelivery(
  connection: Connection,
  tenant: string,
  webhookId: string,
  eventId: string,
): Delivery | undefined {
  const row = connection.get(loadDeliverySql, tenant, uuidBytes(webhookId), uuidBytes(eventId));
  return row && parseDelivery(row);
}

/** Deliveries to a webhook of events before an id, the newest first. */
export function loadDeliveriesBefore(
  connection: Connection,
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
export function loadWaitingWebhooks(
  connection: Connection,
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
  connection: Connection,
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
 * Deliveries to a webhook whose time has come, the longest waiting first. Nothing is noted of who takes them: there is
 * one server on a file, and what it has on its way it says itself.
 */
export function loadDue(
  connection: Connection,
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

export function saveDelivery(connection: Connection, tenant: string, delivery: Delivery): void {
  connection.run(
    saveDeliverySql,
    tenant,
    uuidBytes(delivery.webhookId),
    uuidBytes(delivery.eventId),
    delivery.eventType,
    delivery.state,
    delivery.attempts,
    delivery.nextAttemptAtMs,
    delivery.lastAttempt?.atMs ?? null,
    delivery.lastAttempt?.outcome ?? null,
    delivery.lastAttempt?.status ?? null,
  );
}

/** Makes the deliveries of an announcement. */
export function saveAnnouncement(
  connection: Connection,
  tenant: string,
  { eventType, eventIds, webhookIds, atMs }: Announcement,
): void {
  const events = JSON.stringify(eventIds.map(digitsOf));
  for (const webhookId of webhookIds)
    connection.run(saveAnnouncedSql, tenant, uuidBytes(webhookId), eventType, atMs, events);
}

const forgetDeliveriesSql = `DELETE FROM deliveries WHERE (tenant, webhook, event) IN (
       SELECT d.tenant, d.webhook, d.event FROM webhooks AS w CROSS JOIN deliveries AS d
         ON d.tenant = w.tenant AND d.webhook = w.id AND d.event < ?
       WHERE w.deleted = 1 OR d.state <> 'pending' LIMIT ?)`;

/** Forgets deliveries that have ended, of events before a moment, and those of deleted webhooks: how many. */
export function forgetDeliveries(connection: Connection, beforeMs: number, rowsMax: number): number {
  return Number(connection.run(forgetDeliveriesSql, uuidBytes(idAtMs(beforeMs)), rowsMax).changes);
}

function parseDelivery(row: Row): Delivery {
  const attemptedAtMs = integerOrAbsent(row, 'attempted_at_ms');
  const outcome = literalOrAbsent(row, 'outcome', deliveryOutcomes);
  return {
    webhookId: uuid(row, 'webhook'),
    eventId: uuid(row, 'event'),
    eventType: literal(row, 'event_type', eventTypes),
    state: literal(row, 'state', states),
    attempts: integer(row, 'attempts'),
    nextAttemptAtMs: integer(row, 'next_attempt_at_ms'),
    lastAttempt:
      attemptedAtMs === undefined || outcome === undefined
        ? undefined
        : { atMs: attemptedAtMs, outcome, status: integerOrAbsent(row, 'status') },
  };
}
