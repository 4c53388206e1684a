import { type CommandRules, type RulesOf, usually } from '../command-rules.ts';
import { type Decision, done, type Moment, refused } from '../decision.ts';
import { type AttemptResult, afterAttempt, type Delivery } from '../delivery.ts';
import type { Refusal } from '../refusal.ts';
import type { View } from '../view.ts';
import type { TenantWants } from '../wants.ts';
import { isDelivering, type Webhook } from '../webhook.ts';
import { askRedelivery, disabled, failedOnce, healthy, isReceiversFault } from '../webhook-health.ts';
import { knownWebhook, unknownWebhook, webhookDisabled } from './webhooks.ts';

export interface Redeliver {
  readonly kind: 'redeliver';
  readonly webhookId: string;
  readonly eventId: string;
}

/** The outcome of an attempt to deliver: reported by the worker, not by a caller. */
export interface ReportDelivery {
  readonly kind: 'report_delivery';
  readonly webhookId: string;
  readonly eventId: string;
  readonly result: AttemptResult;
  /** whether the webhook had failures when the message was sent, which a delivery ends */
  readonly clearsFailures: boolean;
  /** the URL whose receiver has echoed the challenge of this message */
  readonly provenUrl: string | undefined;
}

export type DeliveriesCommand = Redeliver | ReportDelivery;

/** A redelivery was requested. */
export interface DeliveryAsked {
  readonly kind: 'delivery_asked';
  readonly delivery: Delivery;
}

export interface DeliveryReported {
  readonly kind: 'delivery_reported';
  /** whether the report has disabled the webhook */
  readonly isSwitchedOff: boolean;
}

const ofOneDelivery = {
  ...usually,
  reads: (
    { webhookId, eventId }: { readonly webhookId: string; readonly eventId: string },
    wants: TenantWants,
  ) => void wants.deliveries.push({ webhookId, eventId }),
  idsMax: () => 0,
};

/** Delivers an event once more, on request: under the same id, by which the receiver recognizes it. */
const redeliver: CommandRules<Redeliver, DeliveryAsked> = {
  ...ofOneDelivery,
  actsMax: () => 0,
  changesTenant: () => true,
  decide: decideRedelivery,
};

/** Records the outcome of an attempt. A pause does not delay it: the attempt has already happened. */
const reportDelivery: CommandRules<ReportDelivery, DeliveryReported> = {
  ...ofOneDelivery,
  isGated: false,
  changesTenant: changesWebhook,
  decide: decideReport,
};

export const deliveriesCommands = {
  redeliver,
  report_delivery: reportDelivery,
} satisfies RulesOf<DeliveriesCommand>;

function decideRedelivery(command: Redeliver, view: View, moment: Moment): Decision<DeliveryAsked> {
  const { webhookId, eventId } = command;
  const known = knownWebhook(view, webhookId);
  if (known === undefined) return refused(unknownWebhook(webhookId));
  if (!isDelivering(known)) return refused(known.disabled === undefined ? notProven : webhookDisabled);
  const delivery = view.delivery(webhookId, eventId);
  if (delivery === undefined) {
    return refused({ code: 'not_found', message: `this webhook has no delivery of event ${eventId}` });
  }
  const asked = askRedelivery(known, moment.nowMs);
  if ('againInMs' in asked) {
    const message =
      'too many redeliveries were requested: a webhook allows 600 at once, and then 10 in a second';
    return refused({ code: 'rate_limited', message, retryAfterMs: asked.againInMs });
  }
  const again = { ...delivery, state: 'pending', attempts: 0, nextAttemptAtMs: moment.nowMs } as const;
  return done(
    { kind: 'delivery_asked', delivery: again },
    { deliveries: [again], webhooks: [asked.webhook] },
  );
}

function decideReport(command: ReportDelivery, view: View, moment: Moment): Decision<DeliveryReported> {
  const { webhookId, eventId, result } = command;
  const delivery = view.delivery(webhookId, eventId);
  // If two attempts run at the same time, the one that succeeded counts.
  if (delivery?.state !== 'pending') return done({ kind: 'delivery_reported', isSwitchedOff: false });
  const known = knownWebhook(view, webhookId);
  const webhook = known && afterReport(known, command, moment.nowMs);
  const isSwitchedOff = known?.disabled === undefined && webhook?.disabled !== undefined;
  return done(
    { kind: 'delivery_reported', isSwitchedOff },
    {
      deliveries: [afterAttempt(delivery, result, moment.nowMs)],
      webhooks: webhook === undefined || webhook === known ? [] : [webhook],
    },
  );
}

/** A webhook after the report of an attempt. It changes only what `changesWebhook` announces. */
function afterReport(webhook: Webhook, command: ReportDelivery, nowMs: number): Webhook {
  if (!changesWebhook(command)) return webhook;
  const { outcome } = command.result;
  if (outcome === 'gone') return disabled(webhook, 'gone', nowMs);
  if (isReceiversFault(outcome)) return failedOnce(webhook, nowMs);
  // If the URL was changed meanwhile, the webhook has another receiver, which has not proved its ownership.
  const isProven = webhook.ownership === 'pending' && command.provenUrl === webhook.url;
  if (!isProven) return webhook.failures === 0 ? webhook : healthy(webhook);
  return { ...healthy(webhook), ownership: 'proven' };
}

/** Whether the report of an attempt may change its webhook, which only one writer at a time does. */
function changesWebhook({ result, clearsFailures, provenUrl }: ReportDelivery): boolean {
  if (result.outcome === 'delivered') return clearsFailures || provenUrl !== undefined;
  return result.outcome === 'gone' || isReceiversFault(result.outcome);
}

const notProven: Refusal = {
  code: 'webhook_disabled',
  message: 'the receiver has not echoed the challenge yet: send a test to repeat it',
};
