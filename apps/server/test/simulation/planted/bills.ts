import { faultsOf, type PlantedFault } from './planted-fault.ts';

const domain = 'apps/server/src/domain';

/** A credit requires a bill above 0 and a later reversal, so worlds with several assets see few of them. */
const ofCredits = { file: 'credits.test.ts', name: 'a write-off takes the carried credit' } as const;

/** Accounts, bills and reversals. */
export const faultsOfBills: readonly PlantedFault[] = [
  ...faultsOf(`${domain}/settlement.ts`, {
    'a bill that begins where the last one began': [
      'settledThrough: quote.through,',
      'settledThrough: quote.from,',
    ],
    'a bill that forgets what was paid': [
      'settledPaid: account.settledPaid + quote.paid,',
      'settledPaid: account.settledPaid,',
    ],
  }),
  ...faultsOf(
    `${domain}/settlement.ts`,
    {
      'a credit that is dropped at settlement': [
        'carriedStroops: quote.carriedOnStroops,',
        'carriedStroops: 0n,',
      ],
    },
    ofCredits,
  ),
  ...faultsOf(
    `${domain}/quote.ts`,
    {
      'a credit that is smaller after a settlement': [
        'const carriedOnStroops = whole - billedStroops;',
        'const carriedOnStroops = whole < 0n ? whole + 1n : 0n;',
      ],
    },
    ofCredits,
  ),
  ...faultsOf(`${domain}/quote.ts`, {
    'a remainder that is dropped at settlement': ['remainderOn: sum - whole * atom', 'remainderOn: 0n'],
    'what was drawn is billed again': ['+ remainder - paid;', '+ remainder;'],
  }),
  ...faultsOf(`${domain}/reversal.ts`, {
    'a reversal that returns no requests': [
      'reversedRequests: account.reversedRequests + sum,',
      'reversedRequests: account.reversedRequests,',
    ],
    'a reversal that does not clear': [
      'clearedThrough: entryId === undefined ? through : account.clearedThrough,',
      'clearedThrough: account.clearedThrough,',
    ],
  }),
  ...faultsOf(`${domain}/account.ts`, {
    'usage at a price that was set later': [
      'const priceVersion = service?.priceVersion ?? 0;',
      'const priceVersion = Math.max(0, (service?.priceVersion ?? 0) - 1);',
    ],
  }),
];
