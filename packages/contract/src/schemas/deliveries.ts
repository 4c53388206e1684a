import Type from 'typebox';
import { EventType } from './events.ts';
import { Timestamp, Uuid } from './identifiers.ts';
import { followedPage } from './pages.ts';
import { WebhookId } from './webhooks.ts';

export const DeliveryParams = Type.Object({ id: WebhookId, eventId: Uuid });

export const Delivery = Type.Object({
  eventId: Uuid,
  type: EventType,
  state: Type.Union([Type.Literal('pending'), Type.Literal('delivered'), Type.Literal('failed')]),
  attempts: Type.Integer({ description: 'Attempts since the delivery was last requested.', minimum: 0 }),
  nextAttemptAt: Type.Union([Timestamp, Type.Null()]),
  lastAttempt: Type.Union([
    Type.Object({
      at: Timestamp,
      outcome: Type.Union(
        [
          Type.Literal('delivered'),
          Type.Literal('gone'),
          Type.Literal('refused'),
          Type.Literal('timed_out'),
          Type.Literal('unreachable'),
          Type.Literal('forbidden_target'),
          Type.Literal('unproven'),
          Type.Literal('unreadable_secret'),
          Type.Literal('missing_event'),
        ],
        {
          description:
            '`delivered`: a 2xx. `gone`: a 410. `refused`: another status. `timed_out`: no answer in time. `unreachable`: no connection. `forbidden_target`: an address or protocol that the server does not connect to. `unproven`: a 2xx that does not echo the challenge. `unreadable_secret`: the server lacks the key of the signing secret. `missing_event`: the event is not in the books. After `gone`, `unreadable_secret` and `missing_event` the delivery is `failed` at once.',
        },
      ),
      status: Type.Union([Type.Integer(), Type.Null()]),
    }),
    Type.Null(),
  ]),
});

export const DeliveryList = Type.Object({ items: Type.Array(Delivery), ...followedPage });

export const WebhookTested = Type.Object({
  id: Type.String({ ...Uuid, description: 'The webhook.' }),
  deliveredAt: Type.Null({
    description: 'The event is not delivered yet: the deliveries of the webhook report the result.',
  }),
  simulated: Type.Literal(false),
  ...Delivery.properties,
});
