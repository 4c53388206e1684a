import { faultsOfAssets } from './assets.ts';
import { faultsOfBalances } from './balances.ts';
import { faultsOfBills } from './bills.ts';
import { faultsOfTheDatabase } from './database.ts';
import { faultsOfDatedPrices } from './dated-prices.ts';
import { faultsOfHolds } from './holds.ts';
import { faultsOfKeys } from './keys.ts';
import { faultsOfTheLibrary } from './library.ts';
import { faultsOfLimits } from './limits.ts';
import type { PlantedFault } from './planted-fault.ts';
import { faultsOfTiers } from './tiers.ts';
import { faultsOfUsage } from './usage.ts';

/** All planted faults, with a file for each noun. */
export const plantedFaults: readonly PlantedFault[] = [
  ...faultsOfKeys,
  ...faultsOfTheDatabase,
  ...faultsOfHolds,
  ...faultsOfBalances,
  ...faultsOfLimits,
  ...faultsOfUsage,
  ...faultsOfBills,
  ...faultsOfTiers,
  ...faultsOfDatedPrices,
  ...faultsOfAssets,
  ...faultsOfTheLibrary,
];
