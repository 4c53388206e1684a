import { faultsOf, type PlantedFault } from './planted-fault.ts';

const domain = 'apps/server/src/domain';

/** Prices in tiers: the usage in each tier, and its reversal. */
export const faultsOfTiers: readonly PlantedFault[] = [
  ...faultsOf(`${domain}/account.ts`, {
    'a period of tiers that all agents share': [
      'const { parts, period } = useTiers(tierPeriod, price, { requests, unitScale, nowMs, sequence });',
      'const shared = (globalThis.sharedTiers ??= new Map()); const { parts, period } = useTiers(shared.get(service.serviceId) ?? tierPeriod, price, { requests, unitScale, nowMs, sequence }); shared.set(service.serviceId, period);',
    ],
    'usage that fills no tier': ['    tierPeriod: period,\n', ''],
  }),
  ...faultsOf(`${domain}/recorded-usage.ts`, {
    'a capture that fills the tiers from zero': [
      'recordOn(before, service, item.requests, moment.nowMs);',
      'recordOn(hold === undefined ? before : { ...before, tierPeriod: undefined }, service, item.requests, moment.nowMs);',
    ],
  }),
  ...faultsOf(
    `${domain}/tier-period.ts`,
    {
      'tiers that never begin again': [
        'const startMs = isSamePeriod ? Math.max(now, before.startMs) : now;',
        'const startMs = isSamePeriod ? before.startMs : now;',
      ],
    },
    { file: 'tiers.test.ts', name: 'tiers begin again with the month' },
  ),
  ...faultsOf(
    `${domain}/tier-period.ts`,
    {
      'a reversal that gives no room back': [
        '  return { ...period, counts: minusCounts(period.counts, countsOf(taken)) };',
        '  return period;',
      ],
    },
    { file: 'tiers.test.ts', name: 'a reversal takes back the tiers' },
  ),
  ...faultsOf(
    `${domain}/tier-period.ts`,
    {
      'a reversal that gives room back after its period': [' || period.startMs !== startMs)', ')'],
      'a reversal that gives room back at another price version': [
        'period.priceVersion !== priceVersion || period.startMs',
        'period.startMs',
      ],
      'a clear that gives no room back': [
        'if (openFrom <= from) return { ...period, counts: minusCounts(counts, counts) };',
        'if (openFrom <= from) return period;',
      ],
    },
    { file: 'tiers.test.ts', name: 'a reversal frees no room in another period' },
  ),
  ...faultsOf(
    `${domain}/tier-period.ts`,
    {
      'tiers that begin again at a new price': [
        '? before.counts.reduce((sum, { requests }) => sum + requests, before.base) : 0;',
        '? 0 : 0;',
      ],
    },
    { file: 'tiers.test.ts', name: 'a later price does not change' },
  ),
  ...faultsOf(
    `${domain}/tier-period.ts`,
    {
      'a started package that is charged again': ['packagesFor(requests - ahead, ', 'packagesFor(requests, '],
    },
    { file: 'tiers.test.ts', name: 'a started package is charged whole' },
  ),
  ...faultsOf(`${domain}/tiers.ts`, {
    'a hold that reserves the first tier': ['if (cost > most) most = cost;', 'if (most === 0n) most = cost;'],
  }),
];
