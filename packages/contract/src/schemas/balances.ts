import Type from 'typebox';
import { bounds } from '../bounds.ts';
import { explained } from './explained-pattern.ts';
import { Agent, FreeText, Reason, Timestamp, TimestampOrNull, UsageId, Uuid } from './identifiers.ts';
import { Cursor, followedPage, PageLimit } from './pages.ts';

/** The asset of an amount. */
export const Asset = Type.String({
  description: 'What the amounts are in. `XLM` (whose atom is the stroop, 10^-7) is built in.',
  pattern: explained('^[A-Z0-9]{1,12}$', 'must be 1-12 capitals and digits, such as XLM'),
  examples: ['XLM'],
});

const amountForm = explained(
  '^(?:0|[1-9][0-9]{0,17})(?:\\.[0-9]{1,18})?$',
  'must be a decimal string with at most 18 places, such as "12.5"',
);

/** An amount of an asset, exactly. It may be a sum, so it may have more digits than an amount that a client sends. */
export const Amount = Type.String({
  description: 'An exact amount of the asset, as a decimal string with at most 18 places.',
  pattern: explained(
    '^(?:0|[1-9][0-9]{0,39})(?:\\.[0-9]{1,18})?$',
    'must be a decimal string with at most 18 places, such as "12.5"',
  ),
  examples: ['12.5'],
});

/** An amount as a client sends it. */
export const SentAmount = Type.String({ ...Amount, pattern: amountForm });

export const PositiveAmount = Type.String({
  ...Amount,
  pattern: explained(
    '^(?=.*[1-9])(?:0|[1-9][0-9]{0,17})(?:\\.[0-9]{1,18})?$',
    'must be a decimal string above 0 with at most 18 places, such as "12.5"',
  ),
});

/** An amount that may be below 0, for an overdraft. */
export const SignedAmount = Type.String({
  description: 'An exact amount of the asset; below 0 for an overdraft.',
  examples: ['-12.5'],
});

const GrantId = Type.String({
  ...UsageId,
  description: `Names the grant for ever, unique in its tenant: 1-${bounds.usageIdLength} visible ASCII characters. Without it, the server makes an id.`,
  examples: ['invoice-2026-0117'],
});

const Priority = Type.Integer({
  description: 'Grants of a lower priority are used first.',
  minimum: 0,
  maximum: 1_000,
  default: 100,
  examples: [100],
});

const Mode = Type.Union([Type.Literal('postpaid'), Type.Literal('prepaid')], {
  description:
    '`postpaid`: usage is billed by a settlement. `prepaid`: its price is drawn from the balance when it is recorded.',
});

const Overdraft = Type.String({
  ...SentAmount,
  description: 'How far below 0 usage and holds may take the available amount.',
});

const LowAt = Type.Array(SentAmount, {
  description:
    'Levels of the available amount: an event `balance.low` is sent when it falls to a level or below.',
  maxItems: 10,
});

export const BillingPut = Type.Object(
  {
    mode: Mode,
    overdraft: Type.Optional(Overdraft),
    lowAt: Type.Optional(LowAt),
    asset: Type.Optional(
      Type.String({ ...Asset, description: 'The asset of `overdraft` and `lowAt`; XLM without it.' }),
    ),
  },
  { additionalProperties: false },
);

const policy = {
  mode: Mode,
  asset: Asset,
  overdraft: Amount,
  lowAt: Type.Array(Amount),
  source: Type.Union([Type.Literal('agent'), Type.Literal('tenant'), Type.Literal('none')], {
    description: 'Where the policy is set. `none`: neither the agent nor its tenant has one.',
  }),
};

export const Billing = Type.Object({ agent: Agent, ...policy });

export const DefaultBilling = Type.Object(policy);

export const GrantRequest = Type.Object(
  {
    amount: PositiveAmount,
    asset: Type.Optional(Asset),
    expiresAt: Type.Optional(
      Type.String({
        ...Timestamp,
        description: 'When it expires: what is left of it can then no longer be used.',
      }),
    ),
    priority: Type.Optional(Priority),
    note: Type.Optional(FreeText),
    id: Type.Optional(GrantId),
  },
  {
    additionalProperties: false,
    examples: [{ amount: '12.5', priority: 100, note: 'invoice 117', id: 'invoice-2026-0117' }],
  },
);

export const RefundRequest = Type.Object(
  {
    amount: PositiveAmount,
    asset: Type.Optional(Asset),
    reason: Type.String({ ...Reason, description: 'Why; the `note` of the grant.' }),
    id: Type.Optional(GrantId),
  },
  {
    additionalProperties: false,
    examples: [{ amount: '2.5', reason: 'late answers, ticket 4711', id: 'ticket-4711' }],
  },
);

export const Grant = Type.Object({
  id: Type.String({ ...GrantId, description: 'Its name, or an id that this server gave.' }),
  agent: Agent,
  asset: Asset,
  number: Type.Integer({ minimum: 1, description: 'Its place in its balance, counted from 1.' }),
  kind: Type.Union([Type.Literal('grant'), Type.Literal('refund')], {
    description: '`refund`: what a reversal returned, or money that was refunded with a reason.',
  }),
  amount: Amount,
  priority: Type.Integer({
    minimum: -1,
    maximum: 1_000,
    description: '-1 for a refund, which is used first.',
  }),
  expiresAt: TimestampOrNull,
  note: Type.Union([FreeText, Type.Null()]),
  reversalId: Type.Union([Uuid, Type.Null()], { description: 'Of what a reversal returned: the reversal.' }),
  grantedAt: Timestamp,
  left: Type.String({
    ...Amount,
    description: 'The amount that may still be used, including the part that holds reserve.',
  }),
  held: Amount,
  drawn: Amount,
  voided: Amount,
  expired: Amount,
});

const available = Type.String({
  ...SignedAmount,
  description:
    'The amount that may still be drawn or held, not counting the overdraft; below 0 if the overdraft is in use.',
});

export const GrantMade = Type.Object({ ...Grant.properties, available });

export const GrantVoided = Type.Object({
  ...Grant.properties,
  available,
  voidedNow: Type.String({ ...Amount, description: 'What this request took away.' }),
});

export const GrantParams = Type.Object({
  agent: Agent,
  grantId: Type.String({ ...GrantId, description: 'The id of the grant. Percent-encoded in a path.' }),
});

export const VoidFilter = Type.Object(
  {
    expectedAmount: Type.Optional(
      Type.String({
        ...Amount,
        description:
          'The amount that the request should take away: `left` less `held` of the grant. If that amount has changed, nothing is taken away, and the request is refused with `grant_changed`.',
      }),
    ),
  },
  { additionalProperties: false },
);

const assetFilter = Type.Optional(Type.String({ ...Asset, description: 'XLM without it.' }));

export const BalanceFilter = Type.Object({ asset: assetFilter }, { additionalProperties: false });

export const BalancePageFilter = Type.Object(
  { asset: assetFilter, cursor: Type.Optional(Cursor), limit: Type.Optional(PageLimit) },
  { additionalProperties: false },
);

export const Balance = Type.Object({
  agent: Agent,
  asset: Asset,
  mode: Mode,
  available,
  overdraft: Type.String({ ...Overdraft, description: 'How far below 0 `available` may go.' }),
  held: Type.String({ ...Amount, description: 'What open holds reserve.' }),
  granted: Amount,
  refunded: Amount,
  drawn: Amount,
  expired: Amount,
  voided: Amount,
});

export const GrantList = Type.Object({ items: Type.Array(Grant), ...followedPage });

const Movement = Type.Object({
  number: Type.Integer({ minimum: 1, description: 'Its place in its balance, counted from 1 without gaps.' }),
  kind: Type.Union(
    [
      Type.Literal('granted'),
      Type.Literal('refunded'),
      Type.Literal('drawn'),
      Type.Literal('covered'),
      Type.Literal('held'),
      Type.Literal('released'),
      Type.Literal('expired'),
      Type.Literal('voided'),
    ],
    {
      description: '`covered`: a grant pays for an earlier overdraft; the available amount does not change.',
    },
  ),
  amount: Amount,
  available: Type.String({ ...SignedAmount, description: 'What was available after it.' }),
  grantId: Type.Union([Type.String(), Type.Null()], { description: 'Null for the part of an overdraft.' }),
  entryId: Type.Union([Uuid, Type.Null()], {
    description: 'The usage that was drawn, or the reversal that was refunded.',
  }),
  holdId: Type.Union([Type.String(), Type.Null()]),
  at: Type.String({
    ...Timestamp,
    description: 'When it took effect. An expiry may be recorded later than it took effect.',
  }),
  recordedAt: Timestamp,
});

export const MovementList = Type.Object({
  agent: Agent,
  asset: Asset,
  items: Type.Array(Movement),
  ...followedPage,
});
