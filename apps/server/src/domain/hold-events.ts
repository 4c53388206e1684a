import { amountText, type EventSource } from './balance-events.ts';
import type { NotedEvent } from './event.ts';
import type { Hold } from './hold.ts';
import { quantityText } from './quantity.ts';
import { timestampOfMs, timestampOrNull } from './timestamps.ts';

const types = {
  open: 'hold.created',
  captured: 'hold.captured',
  released: 'hold.released',
  lapsed: 'hold.lapsed',
} as const;

/** What has just become of a hold. */
export function holdEvent(hold: Hold, { nowMs, nextId }: EventSource): NotedEvent {
  return { id: nextId(), type: types[hold.state], atMs: nowMs, data: holdShown(hold) };
}

/** What is said of a hold. */
export function holdShown(hold: Hold) {
  const { id, agent, serviceId, asset, amount, requests, state, createdAtMs, expiresAtMs } = hold;
  const quantity = requests === undefined ? undefined : quantityText(requests, hold.unitScale);
  return {
    id,
    agent,
    serviceId,
    asset,
    amount: amountText(amount),
    requests: requests ?? null,
    ...(quantity === undefined ? {} : { quantity }),
    state,
    createdAt: timestampOfMs(createdAtMs),
    expiresAt: timestampOfMs(expiresAtMs),
    endedAt: timestampOrNull(hold.endedAtMs),
    lapsed: state === 'lapsed' || hold.wasLapsed,
    entryId: hold.entryId ?? null,
    captured: hold.captured === undefined ? null : amountText(hold.captured),
  };
}
