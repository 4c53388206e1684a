import { eventBody } from '../answers/events.ts';
import type { Delivery } from '../domain/delivery.ts';
import type { BooksEvent } from '../domain/event.ts';
import type { Webhook } from '../domain/webhook.ts';
import { challengeOf } from '../domain/webhook-challenge.ts';
import type { AtRestKeys } from '../ledger/encryption.ts';
import { openSecret } from '../ledger/kept-secret.ts';
import type { Books } from '../reads/books.ts';
import type { Outgoing } from '../webhooks/sender.ts';
import { signatureHeaders } from '../webhooks/signature.ts';

/** The dependencies of a message. */
export interface MessageDesk {
  readonly books: Pick<Books, 'entry' | 'settlement' | 'notedEvent'>;
  readonly atRestKeys: AtRestKeys;
  readonly nowMs: () => number;
  readonly userAgent: string;
}

/** A message, ready to be sent; or why there is none, which another attempt would not change. */
export type Message =
  | { readonly kind: 'ready'; readonly outgoing: Outgoing }
  | { readonly kind: 'unreadable_secret' }
  | { readonly kind: 'missing_event' };

/**
 * Creates the message of a delivery, with its signature.
 *
 * @throws {Error} if the books cannot be read
 */
export async function webhookMessage(
  { books, atRestKeys, nowMs, userAgent }: MessageDesk,
  tenant: string,
  webhook: Webhook,
  delivery: Delivery,
): Promise<Message> {
  const secrets = openSecrets(webhook, tenant, atRestKeys, nowMs());
  if (secrets === undefined) return { kind: 'unreadable_secret' };
  const event = await eventOf(books, tenant, delivery);
  if (event === undefined) return { kind: 'missing_event' };
  const body = JSON.stringify(eventBody(event));
  const timestamp = Math.floor(nowMs() / 1_000);
  const headers = {
    'content-type': 'application/json',
    'user-agent': userAgent,
    ...signatureHeaders(secrets, { id: delivery.eventId, timestamp, body }),
  };
  return {
    kind: 'ready',
    outgoing: { url: webhook.url, headers, body, challenge: challengeOf(webhook, event) },
  };
}

/** The secret of a webhook, and the previous one while it is used and can be read. */
function openSecrets(
  { keptSecret, formerSecret }: Webhook,
  tenant: string,
  keys: AtRestKeys,
  nowMs: number,
): readonly string[] | undefined {
  const secret = openSecret(keptSecret, tenant, keys);
  if (secret === undefined) return undefined;
  if (formerSecret === undefined || formerSecret.untilMs <= nowMs) return [secret];
  const former = openSecret(formerSecret.kept, tenant, keys);
  return former === undefined ? [secret] : [secret, former];
}

async function eventOf(
  books: MessageDesk['books'],
  tenant: string,
  { eventId, eventType }: Delivery,
): Promise<BooksEvent | undefined> {
  switch (eventType) {
    case 'usage.recorded':
    case 'usage.reversed':
    case 'credit.written_off': {
      const entry = await books.entry(tenant, eventId);
      return entry && { kind: 'entry', entry };
    }
    case 'usage.settled': {
      const settlement = await books.settlement(tenant, eventId);
      return settlement && { kind: 'settlement', settlement };
    }
    case 'service.registered':
    case 'service.changed':
    case 'service.disabled':
    case 'service.enabled':
    case 'service.deleted':
    case 'limit.reached':
    case 'balance.granted':
    case 'balance.low':
    case 'balance.exhausted':
    case 'grant.expired':
    case 'hold.created':
    case 'hold.captured':
    case 'hold.released':
    case 'hold.lapsed':
    case 'webhook.test': {
      const noted = await books.notedEvent(tenant, eventId);
      return noted && { kind: 'noted', noted };
    }
  }
}
