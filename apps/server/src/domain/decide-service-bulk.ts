import type { Json } from '@billonce/idempotency/core';
import type { PutServiceBulk, ServiceItem } from './command.ts';
import { putService } from './decide-service.ts';
import { type Decision, type Moment, refused } from './decision.ts';
import { DraftView, type View } from './view.ts';

/** Registers many services or changes them, each with a result of its own. */
export function putServiceBulk(command: PutServiceBulk, view: View, moment: Moment): Decision {
  if (moment.gate !== undefined) return refused(moment.gate);
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
    // As with usage: a bulk that applied nothing leaves its key free, so that it can be mended and sent again.
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
  const decision = putService(sent.item, draft, moment);
  if (decision.kind === 'refused') {
    return { ok: false, error: decision.refusal.code, message: decision.refusal.message };
  }
  draft.apply(decision.changes);
  const created = decision.answer.status === 201;
  return { ok: true, serviceId, priceStroops: Number(priceStroops), created };
}
