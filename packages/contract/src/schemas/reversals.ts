import Type from 'typebox';
import { Agent, Reason, RequestsTotal, ServiceId } from './identifiers.ts';

export const ReverseRequest = Type.Object({ reason: Reason }, { additionalProperties: false });

export const AccountCleared = Type.Object({
  agent: Agent,
  serviceId: ServiceId,
  clearedTotal: Type.Integer({ ...RequestsTotal, description: 'Requests that were reversed.' }),
});
