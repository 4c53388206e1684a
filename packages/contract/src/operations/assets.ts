import { location, type OperationSpec } from '../operation-spec.ts';
import { AssetList, AssetListFilter, AssetParams, AssetPut, RegisteredAsset } from '../schemas/assets.ts';

/** The assets of amounts. */
export const assetsOperations = {
  putAsset: {
    method: 'PUT',
    path: '/api/v1/assets/{assetCode}',
    summary: 'Register an asset for prices and grants',
    description:
      'Registers an asset code with the number of decimal places of its bills, which cannot change later. `XLM` exists from the start.',
    access: 'tenant',
    params: AssetParams,
    body: AssetPut,
    successes: {
      200: {
        description: 'It was registered before, with this scale.',
        schema: RegisteredAsset,
        headers: location,
      },
      201: {
        description: 'Registered. Its scale cannot change.',
        schema: RegisteredAsset,
        headers: location,
      },
    },
    errors: ['asset_conflict', 'limit_exceeded'],
  },
  listAssets: {
    method: 'GET',
    path: '/api/v1/assets',
    summary: 'The assets of the tenant, by their codes',
    description: 'Lists the registered assets and `XLM`.',
    access: 'tenant',
    query: AssetListFilter,
    successes: { 200: { description: 'A page.', schema: AssetList } },
    errors: [],
  },
  readAsset: {
    method: 'GET',
    path: '/api/v1/assets/{assetCode}',
    summary: 'One asset',
    description: 'Returns the scale of an asset.',
    access: 'tenant',
    params: AssetParams,
    successes: { 200: { description: 'The asset.', schema: RegisteredAsset } },
    errors: ['not_found'],
  },
} as const satisfies Record<string, OperationSpec>;
