import type {
  WebhookChanged,
  WebhookCreated,
  WebhookDeleted,
  WebhookSecretRotated,
  WebhookTested,
} from '../domain/commands/webhooks.ts';
import { timestampOfMs, timestampOrNull } from '../domain/timestamps.ts';
import { isDelivering, type Webhook } from '../domain/webhook.ts';
import { deliveryBody } from './deliveries.ts';
import type { PageEnd } from './paging.ts';
import { deliveriesPath, webhookPath } from './paths.ts';
import type { BodyOf, ReplyOf } from './reply.ts';

export const webhooksAnswers = {
  webhook_created: ({ webhook, secret }: WebhookCreated): ReplyOf<'createWebhook'> => ({
    status: 201,
    location: webhookPath(webhook.id),
    body: { ...webhookBody(webhook), secret },
  }),

  webhook_changed: ({ webhook }: WebhookChanged): ReplyOf<'changeWebhook'> => ({
    status: 200,
    body: webhookBody(webhook),
  }),

  webhook_deleted: (_: WebhookDeleted): ReplyOf<'deleteWebhook'> => ({ status: 204 }),

  webhook_secret_rotated: ({ webhook, secret }: WebhookSecretRotated): ReplyOf<'rotateWebhookSecret'> => ({
    status: 200,
    body: { ...webhookBody(webhook), secret },
  }),

  webhook_tested: ({ delivery }: WebhookTested): ReplyOf<'testWebhook'> => ({
    status: 200,
    location: deliveriesPath(delivery.webhookId),
    body: { id: delivery.webhookId, deliveredAt: null, simulated: false, ...deliveryBody(delivery) },
  }),
};

/** A webhook as its tenant sees it: without the secret, which is shown once. */
function webhookBody(webhook: Webhook): BodyOf<'readWebhook'> {
  const { id, url, events, createdAtMs, disabled, ownership } = webhook;
  return {
    id,
    url,
    events,
    disabled: !isDelivering(webhook),
    disabledReason: disabled ?? (ownership === 'pending' ? 'unproven' : null),
    disabledAt: timestampOrNull(webhook.disabledAtMs),
    ownership,
    failures: webhook.failures,
    failingSince: timestampOrNull(webhook.failingSinceMs),
    createdAt: createdAtMs,
    createdTimestamp: timestampOfMs(createdAtMs),
    formerSecretUntil: timestampOrNull(webhook.formerSecret?.untilMs),
  };
}

export function webhookReply(webhook: Webhook): ReplyOf<'readWebhook'> {
  return { status: 200, body: webhookBody(webhook) };
}

export function webhooksReply(
  webhooks: readonly Webhook[],
  total: number,
  { nextCursor, hasMore }: PageEnd,
): ReplyOf<'listWebhooks'> {
  return { status: 200, body: { items: webhooks.map(webhookBody), total, nextCursor, hasMore } };
}
