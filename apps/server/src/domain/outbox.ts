import type { Announcement } from './delivery.ts';
import { type BooksEvent, type EventType, eventFacts } from './event.ts';
import type { Changes } from './view.ts';
import { isToldOf, type Webhook } from './webhook.ts';

/** Adds the announcements of events to the changes that cause them, so that both are committed together. */
export function withAnnouncements(changes: Changes, webhooks: readonly Webhook[], nowMs: number): Changes {
  if (webhooks.length === 0) return changes;
  const made: Announcement[] = [];
  for (const [eventType, eventIds] of idsByType(changes)) {
    const webhookIds = webhooks.filter((webhook) => isToldOf(webhook, eventType)).map(({ id }) => id);
    if (webhookIds.length > 0) made.push({ eventType, eventIds, webhookIds, atMs: nowMs });
  }
  return made.length === 0 ? changes : { ...changes, announcements: [...changes.announcements, ...made] };
}

function idsByType(changes: Changes): ReadonlyMap<EventType, readonly string[]> {
  const byType = new Map<EventType, string[]>();
  for (const event of eventsOf(changes)) {
    const { id, type } = eventFacts(event);
    const ids = byType.get(type);
    if (ids === undefined) byType.set(type, [id]);
    else ids.push(id);
  }
  return byType;
}

function* eventsOf(changes: Changes): Generator<BooksEvent> {
  for (const entry of changes.entries) yield { kind: 'entry', entry };
  for (const settlement of changes.settlements) yield { kind: 'settlement', settlement };
  for (const noted of changes.events) yield { kind: 'noted', noted };
}
