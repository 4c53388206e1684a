import Type from 'typebox';
import { bounds } from '../bounds.ts';
import { Asset } from './balances.ts';
import { Cursor, clampedLimit, pagedToEnd } from './pages.ts';

const Scale = Type.Integer({
  description: 'The decimal places in which bills in the asset are rounded.',
  minimum: 0,
  maximum: bounds.assetScale,
  examples: [2],
});

export const AssetParams = Type.Object({
  assetCode: Type.String({
    ...Asset,
    description: 'The code of the asset: 1-12 capitals and digits.',
    examples: ['USD'],
  }),
});

export const AssetPut = Type.Object({ scale: Scale }, { additionalProperties: false });

export const RegisteredAsset = Type.Object({
  code: Type.String({ ...Asset, description: 'Its code.', examples: ['USD'] }),
  scale: Scale,
  builtIn: Type.Boolean({ description: 'Whether every tenant has it, as `XLM`.' }),
});

export const AssetListFilter = Type.Object(
  { cursor: Type.Optional(Cursor), limit: Type.Optional(clampedLimit(bounds.assets + 1, bounds.assets + 1)) },
  { additionalProperties: false },
);

export const AssetList = Type.Object({ items: Type.Array(RegisteredAsset), ...pagedToEnd });
