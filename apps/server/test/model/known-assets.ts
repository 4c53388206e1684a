import { type ModelAsset, xlm } from './assets.ts';
import { done, type Expected, type ModelBooks, type Moment, refused, type WriteOf } from './books.ts';

export function assetCalled({ assets }: ModelBooks, code: string): ModelAsset | undefined {
  return code === xlm.code ? xlm : assets.get(code);
}

/** The asset of a service's prices; XLM if it was never registered. */
export function assetOf({ services }: ModelBooks, serviceId: string): ModelAsset {
  return services.get(serviceId)?.asset ?? xlm;
}

/** A registered asset remains registered. */
export function putAsset(
  books: ModelBooks,
  { code, scale }: WriteOf<'put_asset'>,
  { gate }: Moment,
): Expected {
  if (gate !== undefined) return refused(gate);
  const known = assetCalled(books, code);
  if (known !== undefined && known.scale !== scale) return refused('asset_conflict');
  if (known === undefined) books.assets.set(code, { code, scale });
  return done(known === undefined ? 201 : 200, { code, scale, builtIn: code === xlm.code });
}
