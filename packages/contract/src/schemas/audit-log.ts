import Type from 'typebox';
import { bounds } from '../bounds.ts';
import { explained } from './explained-pattern.ts';
import { Tenant, Timestamp, Uuid } from './identifiers.ts';
import { Cursor, PageLimit, pagedToEnd } from './pages.ts';

const ActType = Type.Union(
  [
    Type.Literal('api_key.created'),
    Type.Literal('api_key.expires'),
    Type.Literal('api_key.revoked'),
    Type.Literal('asset.registered'),
    Type.Literal('service.registered'),
    Type.Literal('service.changed'),
    Type.Literal('service.deleted'),
    Type.Literal('limit.set'),
    Type.Literal('limit.deleted'),
    Type.Literal('webhook.created'),
    Type.Literal('webhook.changed'),
    Type.Literal('webhook.deleted'),
    Type.Literal('usage.reversed'),
    Type.Literal('credit.written_off'),
    Type.Literal('balance.granted'),
    Type.Literal('grant.voided'),
    Type.Literal('billing.changed'),
    Type.Literal('server.paused'),
    Type.Literal('server.unpaused'),
    Type.Literal('settings.changed'),
  ],
  { description: 'What was done. `api_key.expires`: a rotation gave a key an end.' },
);

export const AuditLogFilter = Type.Object(
  {
    action: Type.Optional(ActType),
    actor: Type.Optional(
      Type.String({
        description: 'Who did it: `admin`, `anonymous`, `server`, or the prefix of an API key.',
        pattern: explained(
          '^(?:admin|api_key|anonymous|server|apk_[0-9a-f]{8})$',
          "must be 'admin', 'api_key', 'anonymous', 'server' or the prefix of an API key",
        ),
        examples: ['apk_0f3a9b2c'],
      }),
    ),
    subject: Type.Optional(
      Type.String({
        description: 'What it was done to.',
        minLength: 1,
        maxLength: bounds.agentLength,
        examples: ['input-tokens'],
      }),
    ),
    from: Type.Optional(Type.String({ ...Timestamp, description: 'Done at this moment or later.' })),
    to: Type.Optional(Type.String({ ...Timestamp, description: 'Done before this moment.' })),
    cursor: Type.Optional(Cursor),
    limit: Type.Optional(PageLimit),
  },
  { additionalProperties: false },
);

const Act = Type.Object({
  id: Uuid,
  at: Timestamp,
  tenant: Type.Union([Tenant, Type.Null()], { description: 'Null: what belongs to no tenant.' }),
  action: ActType,
  subject: Type.String({
    description:
      'The object of the act: the prefix of a key, a service, the id of a webhook, a grant or an entry, or an agent; empty for the server and for the billing of all agents.',
  }),
  details: Type.Object(
    {},
    {
      additionalProperties: true,
      description:
        'What changed; never a secret or the path of a webhook. An API key without the scope `manage` does not see `allowedAddresses` of a key.',
    },
  ),
  actor: Type.Object({
    kind: Type.Union([
      Type.Literal('admin'),
      Type.Literal('api_key'),
      Type.Literal('anonymous'),
      Type.Literal('server'),
    ]),
    keyPrefix: Type.Union([Type.String(), Type.Null()]),
    address: Type.Union([Type.String(), Type.Null()], {
      description: 'The address of the client. Also null for an API key without the scope `manage`.',
    }),
    requestId: Type.Union([Type.String(), Type.Null()]),
  }),
});

export const AuditLog = Type.Object({ items: Type.Array(Act), ...pagedToEnd });
