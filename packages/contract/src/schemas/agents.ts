import Type from 'typebox';
import { Agent, NamePart, RequestsTotal, ServiceId, Stroops } from './identifiers.ts';
import { Cursor, PageLimit, pagedToEnd } from './pages.ts';

export const AgentParams = Type.Object({ agent: Agent });

export const AgentList = Type.Object({ agents: Type.Array(Agent), ...pagedToEnd });

export const AgentTotal = Type.Object({
  agent: Agent,
  total: Type.Integer({ minimum: 0, description: 'All its digits are sent, also beyond 2^53.' }),
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
      Type.Union([Type.Literal('agent'), Type.Literal('outstanding')], {
        description:
          '`agent`: by name. `outstanding`: those that owe most first; one page, at most `limit` of them. By name without it.',
      }),
    ),
    cursor: Type.Optional(Cursor),
    limit: Type.Optional(PageLimit),
  },
  { additionalProperties: false },
);

const Sum = Type.Integer({ minimum: 0, description: 'All its digits are sent, also beyond 2^53.' });

export const AgentTotals = Type.Object({
  items: Type.Array(
    Type.Object({
      agent: Agent,
      accounts: Type.Integer({ minimum: 0, description: 'Services that it used.' }),
      recordedRequests: Sum,
      outstandingRequests: Sum,
      outstandingStroops: Type.String({
        ...Stroops,
        description: 'What settling its accounts now would bill.',
      }),
      unpricedRequests: Type.Integer({
        minimum: 0,
        description: 'Outstanding, of services without a price.',
      }),
      settledStroops: Type.String({ ...Stroops, description: 'What settlements have billed.' }),
    }),
  ),
  ...pagedToEnd,
});
