import { type EventType, eventTypes } from '../../domain/event.ts';
import { disabledReasons, ownershipStates, type Webhook } from '../../domain/webhook.ts';
import {
  coded,
  count,
  fixed,
  flag,
  id,
  key,
  literal,
  optional,
  type RowOf,
  small,
  table,
  text,
} from '../table.ts';

/** The types of event that a webhook receives, as JSON. */
const eventNames = coded<readonly (EventType | '*')[]>((json) => {
  const sent: unknown = JSON.parse(json);
  const names: readonly unknown[] = Array.isArray(sent) ? sent : [];
  return names.flatMap((name) => ['*' as const, ...eventTypes].filter((type) => type === name));
}, JSON.stringify);

/** Webhooks. */
export const webhooks = table({
  name: 'webhooks',
  place: { tenant: text() },
  columns: {
    id: key(id()),
    url: text(),
    events: eventNames,
    keptSecret: text(),
    formerKeptSecret: optional(text()),
    formerUntilMs: optional(count()),
    createdAtMs: fixed(count()),
    disabled: optional(literal(disabledReasons)),
    disabledAtMs: optional(count()),
    failures: small(),
    failingSinceMs: optional(count()),
    redeliveriesUntilMs: count(),
    ownership: literal(ownershipStates),
    testedAtMs: count(),
    deleted: flag(),
  },
});

type WebhookRow = RowOf<typeof webhooks.columns>;

export function webhookOf({
  formerKeptSecret: kept,
  formerUntilMs: untilMs,
  ...webhook
}: WebhookRow): Webhook {
  const formerSecret = kept === undefined || untilMs === undefined ? undefined : { kept, untilMs };
  return { ...webhook, formerSecret };
}

export function webhookRow({ formerSecret, ...webhook }: Webhook): WebhookRow {
  return { ...webhook, formerKeptSecret: formerSecret?.kept, formerUntilMs: formerSecret?.untilMs };
}
