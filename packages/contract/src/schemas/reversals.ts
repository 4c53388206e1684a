import Type from 'typebox';
import { Agent, Reason, Requests, RequestsTotal, ServiceId } from './identifiers.ts';
import { Quantity } from './quantities.ts';

export const ReverseRequest = Type.Object(
  {
    reason: Reason,
    requests: Type.Optional(
      Type.Integer({
        ...Requests,
        description:
          'How many of its requests to take back (or of its smallest parts, if the service has a `unitScale`). Without it and without a `quantity`, all that are left. An entry can be taken back in several parts.',
      }),
    ),
    quantity: Type.Optional(
      Type.String({
        ...Quantity,
        description: 'How many of its units to take back, instead of `requests`.',
      }),
    ),
  },
  {
    additionalProperties: false,
    'x-at-most-one': ['requests', 'quantity'],
    examples: [{ reason: 'answered too late', requests: 20 }],
  },
);

export const AccountCleared = Type.Object({
  agent: Agent,
  serviceId: ServiceId,
  clearedTotal: Type.Integer({ ...RequestsTotal, description: 'Requests that were reversed.' }),
});
