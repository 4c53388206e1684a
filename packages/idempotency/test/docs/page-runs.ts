import type { Run } from './harness/runs.ts';
import { clientRuns } from './runs/clients.ts';
import { howToRuns } from './runs/how-to.ts';
import { migrationRuns } from './runs/migrations.ts';
import { orderRuns } from './runs/order.ts';
import { protectRuns } from './runs/protect.ts';
import { recipeRuns } from './runs/recipes.ts';
import { storeRuns } from './runs/stores.ts';

/** How each block is run, by its page and its file. */
export const pageRuns: Readonly<Record<string, Readonly<Record<string, Run>>>> = {
  ...protectRuns,
  ...storeRuns,
  ...clientRuns,
  ...howToRuns,
  ...migrationRuns,
  ...orderRuns,
  ...recipeRuns,
};
