import Type from 'typebox';
import { Agent, RequestsTotal, ServiceId } from './identifiers.ts';
import { pagedToEnd } from './pages.ts';

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
