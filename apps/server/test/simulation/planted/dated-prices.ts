import { faultsOf, type PlantedFault } from './planted-fault.ts';

const domain = 'apps/server/src/domain';

/** Prices with a date. */
export const faultsOfDatedPrices: readonly PlantedFault[] = [
  ...faultsOf(`${domain}/dated-price.ts`, {
    'a next price that never comes into force': [
      'nowMs < next.effectiveFromMs ? service',
      'nowMs >= 0 ? service',
    ],
    'a next price that is in force before its date': ['nowMs < next.effectiveFromMs', 'nowMs < 0'],
    'a withdrawn price whose number the next one takes': [
      '{ ...before, priceVersion: next.version + 1 }',
      'before',
    ],
  }),
  ...faultsOf(`${domain}/service.ts`, {
    'a change at once that drops the next price': [
      'next: { ...next, version: next.version + 2 } }',
      'next: undefined }',
    ],
  }),
];
