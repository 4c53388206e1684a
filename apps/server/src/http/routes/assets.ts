import { assetReply, assetsReply } from '../../answers/assets.ts';
import { assetsMax, assetsWith } from '../../domain/asset.ts';
import { ApiError } from '../api-error.ts';
import { encodeCursor, nameCursor } from '../cursor.ts';
import { type Desk, tenantOf } from '../desk.ts';
import type { HandlersOf } from '../router.ts';

export function assetsRoutes({ writes, books }: Desk) {
  const known = async (tenant: string) => assetsWith(await books.assets(tenant));
  return {
    putAsset: async (call) => {
      const asset = { code: call.params.assetCode, scale: call.body.scale };
      return await writes.write(call, tenantOf(call), { kind: 'put_asset', asset });
    },

    listAssets: async (call) => {
      const { cursor, limit = assetsMax + 1 } = call.query;
      const after = nameCursor(cursor);
      const found = (await known(tenantOf(call))).filter(({ code }) => code > after);
      const assets = found.slice(0, limit);
      const last = assets.at(-1);
      const hasMore = found.length > limit && last !== undefined;
      return assetsReply(assets, { nextCursor: hasMore ? encodeCursor('name', last.code) : null, hasMore });
    },

    readAsset: async (call) => {
      const { assetCode: code } = call.params;
      const asset = (await known(tenantOf(call))).find((one) => one.code === code);
      if (asset === undefined) throw new ApiError('not_found', `asset ${code} is not registered`);
      return assetReply(asset);
    },
  } satisfies HandlersOf<'assets'>;
}
