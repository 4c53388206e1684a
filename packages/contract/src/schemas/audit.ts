import Type from 'typebox';
import { Amount, Asset, SignedAmount } from './balances.ts';
import { Agent, ServiceId, SignedStroops, Stroops } from './identifiers.ts';

const AuditTotals = Type.Object({ requests: Type.Integer({ minimum: 0 }), stroops: Stroops });

export const Audit = Type.Object({
  ok: Type.Boolean(),
  accounts: Type.Integer({ minimum: 0 }),
  entries: Type.Integer({ minimum: 0 }),
  settlements: Type.Integer({ minimum: 0 }),
  recorded: AuditTotals,
  settled: Type.Object({ requests: Type.Integer(), stroops: Stroops }),
  /** below 0 for a credit */
  outstanding: Type.Object({ requests: Type.Integer(), stroops: SignedStroops }),
  reversed: AuditTotals,
  paid: Type.Object(
    { stroops: SignedStroops },
    { description: 'Drawn from prepaid balances, less what reversals returned.' },
  ),
  writtenOff: Type.Object({ stroops: Stroops }),
  otherAssets: Type.Optional(
    Type.Array(
      Type.Object({
        asset: Asset,
        recorded: Amount,
        reversed: Amount,
        paid: SignedAmount,
        settled: Amount,
        writtenOff: Amount,
        outstanding: SignedAmount,
      }),
      {
        description:
          'For each other asset, the amounts that the members in stroops give for XLM. Absent if there is none.',
      },
    ),
  ),
  differences: Type.Array(Type.Object({ agent: Agent, serviceId: ServiceId, message: Type.String() })),
  acts: Type.Object(
    { logged: Type.Integer({ minimum: 0 }), differences: Type.Array(Type.String()) },
    { description: 'The log of administrative acts: how many were logged, and which of them are missing.' },
  ),
  limits: Type.Object(
    { counters: Type.Integer({ minimum: 0 }), differences: Type.Array(Type.String()) },
    { description: 'The counters of limits, compared with the entries.' },
  ),
  balances: Type.Object(
    {
      count: Type.Integer({ minimum: 0 }),
      movements: Type.Integer({ minimum: 0 }),
      differences: Type.Array(Type.Object({ agent: Agent, asset: Asset, message: Type.String() })),
    },
    { description: 'Prepaid balances: their number, and those that differ from their movements.' },
  ),
});
