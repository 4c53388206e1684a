import Type, { type Static } from 'typebox';
import { bounds } from '../bounds.ts';
import { Asset } from './balances.ts';
import {
  Agent,
  FreeText,
  NamePart,
  NamePrefix,
  PriceBound,
  RequestsTotal,
  ServiceId,
  Timestamp,
} from './identifiers.ts';
import { Cursor, clampedLimit, followedPage, pagedToEnd } from './pages.ts';
import { onePrice, sentPrice, shownPrice, withTiers } from './prices.ts';
import { UnitScale } from './quantities.ts';

/** The name of the unit that a service counts, for people. It has no effect on bills. */
const Unit = Type.String({
  description: 'The name of the counted unit: 1-32 characters.',
  minLength: 1,
  maxLength: 32,
  format: 'storable-text',
  examples: ['token'],
});

const EffectiveFrom = Type.String({
  ...Timestamp,
  description:
    'When the price takes effect: in the future, at most 731 days ahead. Until then the current price stays in force. If omitted, now.',
});

export const ServicePut = Type.Object(
  {
    serviceId: ServiceId,
    ...sentPrice,
    effectiveFrom: Type.Optional(EffectiveFrom),
    description: Type.Optional(FreeText),
    owner: Type.Optional(Type.String({ ...FreeText, minLength: 1 })),
    unit: Type.Optional(Unit),
    unitScale: Type.Optional(UnitScale),
    asset: Type.Optional(
      Type.String({
        ...Asset,
        description:
          'The asset of the price. It cannot change after the first registration. If omitted, XLM, or the asset of a registered service.',
      }),
    ),
  },
  {
    additionalProperties: false,
    ...onePrice,
    // AgentPay takes description and owner together.
    dependentRequired: { ...withTiers, description: ['owner'], owner: ['description'] },
    examples: [{ serviceId: 'input-tokens', priceStroops: 250 }],
  },
);

/** A price with a date. */
const NextPrice = Type.Object(
  {
    version: Type.Integer({
      minimum: 2,
      description:
        'The price version of usage that is recorded from then on; it changes if the price in force changes before.',
    }),
    ...shownPrice,
    effectiveFrom: Timestamp,
  },
  {
    description: 'The price that replaces the price in force at its date; absent if there is none.',
  },
);

const nextPrice = { nextPrice: Type.Optional(NextPrice) };

export const Service = Type.Object({
  serviceId: ServiceId,
  ...shownPrice,
  ...nextPrice,
  disabled: Type.Boolean(),
  description: Type.Optional(FreeText),
  owner: Type.Optional(FreeText),
  unit: Type.Optional(Unit),
  unitScale: Type.Optional(UnitScale),
});

export const ServicePrice = Type.Object({ serviceId: ServiceId, ...shownPrice, ...nextPrice });

/** A service as it was registered, with description and owner if they were sent. */
export const ServiceRegistered = Type.Object({
  ...ServicePrice.properties,
  description: Type.Optional(FreeText),
  owner: Type.Optional(FreeText),
  unit: Type.Optional(Unit),
  unitScale: Type.Optional(UnitScale),
});

export const ServiceParams = Type.Object({ serviceId: ServiceId });

export const ServiceFilter = Type.Object(
  {
    prefix: Type.Optional(NamePrefix),
    q: Type.Optional(NamePart),
    disabled: Type.Optional(
      Type.Union([Type.Literal('true'), Type.Literal('false')], {
        description:
          'Only services that are disabled (`true`) or that are not (`false`). Another value is ignored.',
        'x-ignored-if-invalid': true,
      }),
    ),
    minPrice: Type.Optional(PriceBound),
    maxPrice: Type.Optional(PriceBound),
    cursor: Type.Optional(Cursor),
    limit: Type.Optional(clampedLimit(1000, 200)),
  },
  { additionalProperties: false },
);
export type ServiceFilter = Static<typeof ServiceFilter>;

export const ServiceList = Type.Object({ services: Type.Array(Service), ...pagedToEnd });

export const PricePatch = Type.Object(
  { ...sentPrice, effectiveFrom: Type.Optional(EffectiveFrom) },
  {
    additionalProperties: false,
    ...onePrice,
    dependentRequired: withTiers,
    examples: [{ priceStroops: 250 }],
  },
);

export const ServiceUsage = Type.Object({
  serviceId: ServiceId,
  total: Type.Integer({ minimum: 0, description: 'Sent with all digits, also beyond 2^53.' }),
  agents: Type.Integer({ minimum: 0 }),
});

export const PriceList = Type.Object({
  items: Type.Array(
    Type.Object({
      version: Type.Integer({ minimum: 1 }),
      ...shownPrice,
      setAt: Timestamp,
      effectiveFrom: Type.Optional(
        Type.String({ ...Timestamp, description: 'The date of a price that was set with one.' }),
      ),
      withdrawnAt: Type.Optional(
        Type.String({
          ...Timestamp,
          description: 'When the price was cancelled, or got another version, before its date.',
        }),
      ),
    }),
  ),
  ...followedPage,
});

/** Each item is checked separately, so any item is valid here. */
export const ServiceBulk = Type.Object(
  {
    items: Type.Array(Type.Unknown(), {
      minItems: 1,
      maxItems: bounds.serviceBulkItems,
      description: 'Each as in `POST /services`.',
      examples: [[{ serviceId: 'input-tokens', priceStroops: 250 }]],
    }),
  },
  { additionalProperties: false },
);

export const ServiceBulkResults = Type.Object({
  results: Type.Array(
    Type.Union([
      Type.Object({
        index: Type.Integer({ minimum: 0 }),
        ok: Type.Literal(true),
        serviceId: ServiceId,
        ...shownPrice,
        ...nextPrice,
        created: Type.Boolean({ description: 'False: it was registered before, and is changed.' }),
      }),
      Type.Object({
        index: Type.Integer({ minimum: 0 }),
        ok: Type.Literal(false),
        serviceId: Type.Optional(Type.String({ ...ServiceId, description: 'Of a `duplicate_in_batch`.' })),
        error: Type.String(),
        message: Type.String(),
      }),
    ]),
  ),
});

const Owner = Type.String({ ...FreeText, minLength: 1 });

export const MetadataPut = Type.Object(
  { description: FreeText, owner: Owner },
  { additionalProperties: false },
);

export const ServiceMetadata = Type.Object({
  serviceId: ServiceId,
  description: Type.Optional(FreeText),
  owner: Type.Optional(FreeText),
});

export const DisabledPatch = Type.Object({ disabled: Type.Boolean() }, { additionalProperties: false });

export const ServiceDisabled = Type.Object({ serviceId: ServiceId, disabled: Type.Boolean() });

const AgentTotals = Type.Array(Type.Object({ agent: Agent, total: RequestsTotal }));

export const ServiceAgents = Type.Object({
  serviceId: ServiceId,
  items: AgentTotals,
  ...pagedToEnd,
});

export const TopFilter = Type.Object(
  {
    limit: Type.Optional(clampedLimit(100, 10)),
  },
  { additionalProperties: false },
);

export const TopAgents = Type.Object({ serviceId: ServiceId, items: AgentTotals });
