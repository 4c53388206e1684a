import Type from 'typebox';
import { Agent, Reason, Requests, RequestsTotal, ServiceId } from './identifiers.ts';

export const ReverseRequest = Type.Object(
  {
    reason: Reason,
    requests: Type.Optional(
      Type.Integer({
        ...Requests,
        description:
          'How many of its requests to take back (where the service has a `unitScale`: of its smallest parts); all that are left without it. An entry can be taken back in several parts.',
      }),
    ),
  },
  { additionalProperties: false },
);

export const AccountCleared = Type.Object({
  agent: Agent,
  serviceId: ServiceId,
  clearedTotal: Type.Integer({ ...RequestsTotal, description: 'Requests that were reversed.' }),
});
