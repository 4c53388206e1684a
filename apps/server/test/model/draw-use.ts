import type { Random } from '../harness/seeded-random.ts';
import type { Hot } from './draw-names.ts';
import { booksOf, type Model } from './model.ts';
import type { Use } from './units.ts';

/** By the number of decimal places of the units. */
const quantities: Readonly<Record<number, readonly string[]>> = {
  0: ['1', '2', '3.000', '1000000'],
  1: ['0.1', '0.7', '1', '12.5', '1000000'],
  3: ['0.001', '0.375', '1', '2.5', '12.750'],
  6: ['0.000001', '0.25', '1', '2.000003'],
};

/** The use of a service, mostly in the form that the service accepts: requests if its units have no decimal places. */
export function drawUse(random: Random, model: Model, { tenant, serviceId }: Hot): Use {
  const scale = booksOf(model, tenant).services.get(serviceId)?.scale ?? 0;
  const isWrong = random.below(16) === 0;
  if (isWrong ? scale > 0 : scale === 0 && random.below(3) > 0)
    return { requests: random.pick([1, 2, 3, 1_000_000]) };
  const likely = quantities[isWrong ? 6 : scale] ?? [];
  return { quantity: random.pick([...likely, '1', '2']) };
}
