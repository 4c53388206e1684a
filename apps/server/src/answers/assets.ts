import { type Asset, xlm } from '../domain/asset.ts';
import type { AssetPut } from '../domain/commands/assets.ts';
import type { PageEnd } from './paging.ts';
import { assetPath } from './paths.ts';
import type { BodyOf, ReplyOf } from './reply.ts';

export const assetsAnswers = {
  asset_put: ({ asset, isNew }: AssetPut): ReplyOf<'putAsset'> => ({
    status: isNew ? 201 : 200,
    location: assetPath(asset.code),
    body: assetBody(asset),
  }),
};

function assetBody({ code, scale }: Asset): BodyOf<'readAsset'> {
  return { code, scale, builtIn: code === xlm.code };
}

export function assetReply(asset: Asset): ReplyOf<'readAsset'> {
  return { status: 200, body: assetBody(asset) };
}

export function assetsReply(
  assets: readonly Asset[],
  { nextCursor, hasMore }: PageEnd,
): ReplyOf<'listAssets'> {
  return { status: 200, body: { items: assets.map(assetBody), nextCursor, hasMore } };
}
