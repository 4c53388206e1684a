import Type, { type Static } from 'typebox';
import { Cursor, FreeText, NextCursor, PageLimit, PriceStroops, ServiceId } from './identifiers.ts';

export const ServicePut = Type.Object(
  {
    serviceId: ServiceId,
    priceStroops: PriceStroops,
    description: Type.Optional(FreeText),
    owner: Type.Optional(Type.String({ ...FreeText, minLength: 1 })),
  },
  { additionalProperties: false },
);

export const Service = Type.Object({
  serviceId: ServiceId,
  priceStroops: PriceStroops,
  disabled: Type.Boolean(),
  description: Type.Optional(FreeText),
  owner: Type.Optional(FreeText),
});

export const ServicePrice = Type.Object({ serviceId: ServiceId, priceStroops: PriceStroops });

export const ServiceParams = Type.Object({ serviceId: ServiceId });

export const ServiceFilter = Type.Object(
  {
    prefix: Type.Optional(ServiceId),
    q: Type.Optional(Type.String({ minLength: 1, maxLength: 128, pattern: '^[A-Za-z0-9._-]+$' })),
    disabled: Type.Optional(Type.Union([Type.Literal('true'), Type.Literal('false')])),
    minPrice: Type.Optional(PriceStroops),
    maxPrice: Type.Optional(PriceStroops),
    cursor: Type.Optional(Cursor),
    limit: Type.Optional(PageLimit),
  },
  { additionalProperties: false },
);
export type ServiceFilter = Static<typeof ServiceFilter>;

export const ServiceList = Type.Object({ services: Type.Array(Service), nextCursor: NextCursor });

export const PricePatch = Type.Object({ priceStroops: PriceStroops }, { additionalProperties: false });

export const ServiceUsage = Type.Object({
  serviceId: ServiceId,
  total: Type.Integer({ minimum: 0, description: 'All its digits are sent, also beyond 2^53.' }),
  agents: Type.Integer({ minimum: 0 }),
});
