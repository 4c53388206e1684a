import type { Call, CallOptions, Success } from '../call.ts';
import type { EventList, ListEventsQuery, Webhook, WebhookChange, WebhookCreate } from '../contract/types.ts';
import { itemsOf } from '../pages.ts';

export function webhooksOf(call: Call) {
  return {
    /** Registers a webhook. Its `secret` is in this answer only. */
    create: (webhook: WebhookCreate, options?: CallOptions): Promise<Success<'createWebhook'>> =>
      call('createWebhook', { body: webhook }, options),
    get: (id: string, options?: CallOptions): Promise<Webhook> =>
      call('readWebhook', { params: { id } }, options),
    list: (options?: CallOptions): AsyncGenerator<Webhook, void, undefined> =>
      itemsOf(
        {},
        (query) => call('listWebhooks', { query }, options),
        ({ items }) => items,
      ),
    change: (id: string, change: WebhookChange, options?: CallOptions): Promise<Webhook> =>
      call('changeWebhook', { params: { id }, body: change }, options),
    delete: (id: string, options?: CallOptions): Promise<undefined> =>
      call('deleteWebhook', { params: { id } }, options),
  };
}

export function eventsOf(call: Call) {
  return {
    /** The current events of the tenant, oldest first unless `order` says otherwise. */
    list: (
      query: ListEventsQuery = {},
      options?: CallOptions,
    ): AsyncGenerator<EventList['items'][number], void, undefined> =>
      itemsOf(
        { order: 'asc' as const, ...query },
        (paged) => call('listEvents', { query: paged }, options),
        ({ items }) => items,
      ),
  };
}
