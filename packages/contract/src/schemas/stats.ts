import Type from 'typebox';
import { Amount, Asset } from './balances.ts';
import { Stroops } from './identifiers.ts';

const Count = Type.Integer({ minimum: 0 });

export const Stats = Type.Object({
  totalApiKeys: Type.Integer({ minimum: 0, description: 'Keys of the tenant that are not revoked.' }),
  totalServices: Count,
  uniqueAgents: Count,
  accounts: Count,
  recordedRequests: Count,
  reversedRequests: Count,
  settledRequests: Count,
  totalRequests: Type.Integer({ minimum: 0, description: 'Those that are outstanding.' }),
  outstandingStroops: Stroops,
  settledStroops: Stroops,
  totalWebhooks: Count,
  usageKeys: Type.Integer({ minimum: 0, description: "AgentPay's name of `accounts`." }),
  lifetimeRequests: Type.Integer({ minimum: 0, description: "AgentPay's name of `recordedRequests`." }),
  settledStroopsTotal: Type.String({ ...Stroops, description: "AgentPay's name of `settledStroops`." }),
  settlementsTotal: Count,
  paused: Type.Boolean({ description: 'Whether writes are paused by the operator.' }),
  otherAssets: Type.Optional(
    Type.Array(Type.Object({ asset: Asset, outstanding: Amount, settled: Amount }), {
      description:
        'What the members in stroops say of XLM, for each other asset of which a service was used. Absent if there is none.',
    }),
  ),
});
