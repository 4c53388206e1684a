import type { Random } from '../harness/seeded-random.ts';
import { type ModelAsset, xlm } from './assets.ts';
import { assets, type Hot } from './draw-names.ts';
import { booksOf, type Model } from './model.ts';

/** This code is never registered. */
const unknownCode = 'EUR';

/** An asset to register: mostly with its real number of decimal places. */
export function drawnAsset(random: Random): ModelAsset {
  const asset = random.pick(assets);
  return random.below(3) > 0 ? asset : { ...asset, scale: 4 };
}

/** The asset of an amount in a request: mostly that of the service in question. XLM may be omitted. */
export function drawAssetOf(
  random: Random,
  model: Model,
  { tenant, serviceId }: Hot,
): { readonly asset?: string } {
  const { asset = xlm } = booksOf(model, tenant).services.get(serviceId) ?? {};
  if (random.below(10) > 0)
    return asset.code === xlm.code && random.below(2) === 0 ? {} : { asset: asset.code };
  return { asset: random.below(8) === 0 ? unknownCode : random.pick(assets).code };
}

/** The asset in the registration of a service, if any: a new service has it from then on. */
export function drawServiceAsset(
  random: Random,
  model: Model,
  { tenant, serviceId }: Hot,
): { readonly asset?: string } {
  const known = booksOf(model, tenant).services.get(serviceId)?.asset.code;
  if (random.below(known === undefined ? 4 : 2) === 0) return {};
  const likely = known === undefined ? assets.map(({ code }) => code) : [known, known, known];
  return { asset: random.pick([...likely, ...likely, random.pick(assets).code, unknownCode]) };
}
