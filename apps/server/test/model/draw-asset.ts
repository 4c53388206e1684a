import type { Random } from '../harness/seeded-random.ts';
import { type ModelAsset, xlm } from './assets.ts';
import { assets, type Hot } from './draw-names.ts';
import { booksOf, type Model } from './model.ts';

/** No one registers it. */
const unknownCode = 'EUR';

/** An asset that is registered: mostly one with the places that it has. */
export function drawnAsset(random: Random): ModelAsset {
  const asset = random.pick(assets);
  return random.below(3) > 0 ? asset : { ...asset, scale: 4 };
}

/** In which asset an amount is sent: mostly in that of the service that is written about. XLM may be left out. */
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

/** The asset with which a service is sent, if any: a new service has it from then on. */
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
