import { faultsOf, type PlantedFault } from './planted-fault.ts';

const domain = 'apps/server/src/domain';

/** Limits and their counts. */
export const faultsOfLimits: readonly PlantedFault[] = [
  ...faultsOf(`${domain}/counted-use.ts`, {
    'a limit that refuses nothing': [
      "limit.action === 'refuse' && quantity > left",
      "limit.action === 'refuse' && quantity > left * 1_000n",
    ],
    'a limit that counts one too few': [
      'const counted = countIn(counter, limit, times.startMs, quantity);',
      'const counted = countIn(counter, limit, times.startMs, quantity > 1_000_000n ? quantity - 1_000_000n : quantity);',
    ],
  }),
  ...faultsOf(`${domain}/limit.ts`, {
    'a limit in money that counts units': [
      'return asset === undefined ? quantity : cost;',
      'return quantity;',
    ],
  }),
  ...faultsOf(`${domain}/recorded-usage.ts`, {
    'a limit in money that counts no usage': ['    cost: cost ?? 0n,\n', '    cost: 0n,\n'],
  }),
  ...faultsOf(`${domain}/held-count.ts`, {
    'a hold that returns its units to a limit in money': [
      'return measureOf(limit, { quantity, cost });',
      'return quantity;',
    ],
    'a hold whose cost no limit knows later': [
      'return cost === undefined ? counted : { ...counted, cost };',
      'return counted;',
    ],
  }),
];
