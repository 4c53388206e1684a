import type { Json } from '@billonce/idempotency/core';
import { type CommandRules, usually } from '../command-rules.ts';
import type { Decision, Moment } from '../decision.ts';
import { DraftView, type View } from '../view.ts';
import { decidePut, type PutService } from './services.ts';

/** An item of a bulk of services: a service, or what the edge found wrong with it. */
export type ServiceItem =
  | { readonly kind: 'valid'; readonly item: PutService }
  | { readonly kind: 'invalid'; readonly message: string };

export interface PutServiceBulk {
  readonly kind: 'put_service_bulk';
  readonly items: readonly ServiceItem[];
}

/** Registers many services or changes them, with a result for each. */
export const putServiceBulk: CommandRules<PutServiceBulk> = {
  ...usually,
  reads({ items }, wants) {
    for (const item of items) if (item.kind === 'valid') wants.services.add(item.item.serviceId);
  },
  idsMax: ({ items }) => items.length,
  actsMax: ({ items }) => items.length,
  weight: ({ items }) => items.length,
  changesTenant: () => true,
  decide: decideBulk,
};

function decideBulk(command: PutServiceBulk, view: View, moment: Moment): Decision {
  const draft = new DraftView(view);
  const seen = new Set<string>();
  const results = command.items.map((item, index) => ({
    index,
    ...resultOf(item, draft, seen, { ...moment, id: () => moment.id(index) }),
  }));
  return {
    kind: 'done',
    answer: { status: 201, body: { results } },
    changes: draft.changes(),
    // As with usage: a bulk that applied nothing leaves its key free, so that it can be fixed and sent again.
    remembered: results.some(({ ok }) => ok),
  };
}

type Result = { readonly ok: boolean } & { readonly [name: string]: Json };

function resultOf(sent: ServiceItem, draft: DraftView, seen: Set<string>, moment: Moment): Result {
  if (sent.kind === 'invalid') return { ok: false, error: 'invalid_item', message: sent.message };
  const { serviceId, priceStroops } = sent.item;
  if (seen.has(serviceId)) {
    const message = `service ${serviceId} appears more than once in this bulk`;
    return { ok: false, serviceId, error: 'duplicate_in_batch', message };
  }
  seen.add(serviceId);
  const decision = decidePut(sent.item, draft, moment);
  if (decision.kind === 'refused') {
    return { ok: false, error: decision.refusal.code, message: decision.refusal.message };
  }
  draft.apply(decision.changes);
  const created = decision.answer.status === 201;
  return { ok: true, serviceId, priceStroops: Number(priceStroops), created };
}
