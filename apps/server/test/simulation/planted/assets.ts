import { faultsOf, type PlantedFault } from './planted-fault.ts';

const domain = 'apps/server/src/domain';

/** Sums over accounts appear in reads more than in answers to writes, so worlds see few of them. */
const inBatches = { file: 'model.test.ts', name: 'batches give the same answers as the model' } as const;

/** Amounts in several assets. */
export const faultsOfAssets: readonly PlantedFault[] = [
  ...faultsOf(`${domain}/payment.ts`, {
    'usage that is drawn from the balance in another asset': [
      'const before = balanceIn(view.billing(agent), bought.asset);',
      "const before = balanceIn(view.billing(agent), 'XLM');",
    ],
    'a refund to the balance in another asset': [
      'const before = balanceIn(view.billing(agent), asset);\n  if (before.open.filter',
      "const before = balanceIn(view.billing(agent), 'XLM');\n  if (before.open.filter",
    ],
  }),
  ...faultsOf(`${domain}/billing.ts`, {
    'an overdraft in every asset': ['return asset === wanted ? overdraft : 0n;', 'return overdraft;'],
  }),
  ...faultsOf(`${domain}/quote.ts`, {
    'a bill that is rounded to the atoms of another asset': [
      'const whole = atomsIn(sum, assetScale);',
      'const whole = atomsIn(sum, 7);',
    ],
    'a remainder that is counted in the atoms of another asset': [
      'const atom = atomOf(assetScale);',
      'const atom = atomOf(7);',
    ],
  }),
  ...faultsOf(
    `${domain}/asset-sums.ts`,
    {
      'sums that add up amounts in two assets': ['return isXlm(inAsset) ? atoms : 0n;', 'return atoms;'],
      'sums of one asset that are listed as another': [
        'this.#sums.set(asset, plus(',
        "this.#sums.set('USD', plus(",
      ],
    },
    inBatches,
  ),
  ...faultsOf(`${domain}/commands/services.ts`, {
    'a service that takes another asset later': [
      'return wanted === undefined || wanted === known.asset ? known : assetInUse(serviceId, known.asset);',
      'if (wanted === undefined || wanted === known.asset) return known;',
    ],
  }),
  ...faultsOf(`${domain}/limit.ts`, {
    'a limit in money that counts amounts in another asset': [
      ' &&\n      (asset === undefined || asset === used.asset),',
      ',',
    ],
  }),
];
