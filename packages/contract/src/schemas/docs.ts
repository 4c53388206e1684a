import Type from 'typebox';
import { explained } from './explained-pattern.ts';

export const DocsAssetParams = Type.Object({
  asset: Type.String({
    description: 'A file of the page.',
    pattern: explained('^[a-z.-]{1,64}$', 'must be the name of a file of the page'),
    examples: ['start.js'],
  }),
});

export const OpenApiDocument = Type.Object(
  { openapi: Type.String({ examples: ['3.1.0'] }) },
  { additionalProperties: true },
);
