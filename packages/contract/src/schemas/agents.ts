import Type from 'typebox';
import { Amount, Asset, SignedAmount } from './balances.ts';
import { Agent, NamePart, RequestsTotal, ServiceId, Stroops } from './identifiers.ts';
import { Cursor, PageLimit, pagedToEnd } from './pages.ts';

export const AgentParams = Type.Object({ agent: Agent });

export const AgentList = Type.Object({ agents: Type.Array(Agent), ...pagedToEnd });

export const AgentTotal = Type.Object({
  agent: Agent,
  total: Type.Integer({ minimum: 0, description: 'Sent with all digits, also beyond 2^53.' }),
});

export const AgentUsage = Type.Object({
  agent: Agent,
  items: Type.Array(Type.Object({ serviceId: ServiceId, total: RequestsTotal })),
  ...pagedToEnd,
});

export const AgentTotalsFilter = Type.Object(
  {
    q: Type.Optional(NamePart),
    sort: Type.Optional(
      Type.Union([Type.Literal('agent'), Type.Literal('outstanding'), Type.Literal('available')], {
        description:
          '`agent` (the default): by name. `outstanding`: agents that owe most first. `available`: agents with a balance, the lowest first. The last two give one page of at most `limit` agents.',
      }),
    ),
    asset: Type.Optional(
      Type.String({ ...Asset, description: 'The asset of the amounts that are sorted by; XLM without it.' }),
    ),
    cursor: Type.Optional(Cursor),
    limit: Type.Optional(PageLimit),
  },
  { additionalProperties: false },
);

const Sum = Type.Integer({ minimum: 0, description: 'Sent with all digits, also beyond 2^53.' });

export const AgentTotals = Type.Object({
  items: Type.Array(
    Type.Object({
      agent: Agent,
      accounts: Type.Integer({ minimum: 0, description: 'Services that it used.' }),
      recordedRequests: Sum,
      outstandingRequests: Sum,
      outstandingStroops: Type.String({
        ...Stroops,
        description: 'What settling its accounts now would bill in XLM.',
      }),
      unpricedRequests: Type.Integer({
        minimum: 0,
        description: 'Outstanding, of services without a price.',
      }),
      settledStroops: Type.String({ ...Stroops, description: 'What settlements have billed in XLM.' }),
      balances: Type.Array(
        Type.Object({
          asset: Asset,
          available: Type.String({
            ...SignedAmount,
            description:
              'The amount that may still be drawn or held, not counting the overdraft; below 0 if the overdraft is in use.',
          }),
          held: Type.String({ ...Amount, description: 'What open holds reserve.' }),
        }),
        {
          description:
            'Its prepaid balances by asset, as they were last recorded: grants that have just expired and holds that have just lapsed may still be counted.',
        },
      ),
      otherAssets: Type.Optional(
        Type.Array(Type.Object({ asset: Asset, outstanding: Amount, settled: Amount }), {
          description:
            'Outstanding and billed amounts in other assets than XLM. Absent if it used no service in another asset.',
        }),
      ),
    }),
  ),
  ...pagedToEnd,
});
