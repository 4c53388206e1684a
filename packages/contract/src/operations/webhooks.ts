import { location, type OperationSpec } from '../operation-spec.ts';
import { WebhookTested } from '../schemas/deliveries.ts';
import {
  SecretRotation,
  Webhook,
  WebhookChange,
  WebhookCreate,
  WebhookCreated,
  WebhookFilter,
  WebhookList,
  WebhookParams,
} from '../schemas/webhooks.ts';

/** Webhooks, to which events are delivered. */
export const webhooksOperations = {
  createWebhook: {
    method: 'POST',
    path: '/api/v1/webhooks',
    summary: 'Create a webhook for events; its signing secret is shown once',
    description:
      'Creates a webhook for a URL and a list of event types. The answer shows the secret that signs its messages.',
    access: 'tenant',
    body: WebhookCreate,
    successes: { 201: { description: 'The webhook.', schema: WebhookCreated, headers: location } },
    errors: ['limit_exceeded'],
  },
  listWebhooks: {
    method: 'GET',
    path: '/api/v1/webhooks',
    summary: 'The webhooks of the tenant, without their secrets',
    description:
      'Lists webhooks with their state. Keys without the scope `manage` see only the origin of each URL.',
    access: 'tenant',
    query: WebhookFilter,
    successes: { 200: { description: 'A page.', schema: WebhookList } },
    errors: [],
  },
  readWebhook: {
    method: 'GET',
    path: '/api/v1/webhooks/{id}',
    summary: 'A webhook',
    description: 'Returns a webhook with its state, without its secret.',
    access: 'tenant',
    params: WebhookParams,
    successes: { 200: { description: 'The webhook.', schema: Webhook } },
    errors: ['not_found'],
  },
  changeWebhook: {
    method: 'PATCH',
    path: '/api/v1/webhooks/{id}',
    summary: 'Change the URL of a webhook, its events, or whether it is enabled',
    description:
      'Changes the URL, the event types or the state of a webhook. Members that are not sent do not change.',
    access: 'tenant',
    params: WebhookParams,
    body: WebhookChange,
    successes: { 200: { description: 'The webhook.', schema: Webhook } },
    errors: ['not_found'],
  },
  deleteWebhook: {
    method: 'DELETE',
    path: '/api/v1/webhooks/{id}',
    summary: 'Delete a webhook; its pending deliveries are dropped',
    description: 'Deletes a webhook. Events remain in the list of events.',
    access: 'tenant',
    params: WebhookParams,
    successes: { 204: { description: 'Deleted.' } },
    errors: ['not_found'],
  },
  rotateWebhookSecret: {
    method: 'POST',
    path: '/api/v1/webhooks/{id}/rotate-secret',
    summary: 'Give a webhook a new signing secret, shown once; messages are signed with both for a while',
    description:
      'Replaces the signing secret. Until the old secret ends, each message has a signature with both.',
    access: 'tenant',
    params: WebhookParams,
    query: SecretRotation,
    successes: { 200: { description: 'The webhook with its new secret.', schema: WebhookCreated } },
    errors: ['not_found'],
  },
  testWebhook: {
    method: 'POST',
    path: '/api/v1/webhooks/{id}/test',
    summary: 'Queue a real delivery of a test event; the deliveries report its result',
    description: 'Queues a `webhook.test` message for the webhook and returns immediately.',
    access: 'tenant',
    params: WebhookParams,
    successes: { 200: { description: 'The delivery.', schema: WebhookTested, headers: location } },
    errors: ['not_found', 'webhook_disabled', 'rate_limited'],
  },
} as const satisfies Record<string, OperationSpec>;
