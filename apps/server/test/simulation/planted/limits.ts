import { faultsOf, type PlantedFault } from './planted-fault.ts';

const domain = 'apps/server/src/domain';

/** Limits and what they count. */
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
];
