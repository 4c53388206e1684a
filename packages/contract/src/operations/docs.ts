import { type OperationSpec, staticTag } from '../operation-spec.ts';
import { DocsAssetParams, OpenApiDocument } from '../schemas/docs.ts';

/** The document of this API, and its page. */
export const docsOperations = {
  readOpenApi: {
    method: 'GET',
    path: '/api/v1/openapi.json',
    summary: 'This document',
    description: 'Returns the OpenAPI 3.1 document of this server.',
    access: 'open',
    successes: {
      200: { description: 'OpenAPI 3.1.', schema: OpenApiDocument, headers: staticTag },
    },
    errors: [],
  },
  readDocs: {
    method: 'GET',
    path: '/api/v1/docs',
    summary: 'This document as a page for reading and for sending requests',
    description: 'Returns a page that shows this document.',
    access: 'open',
    successes: { 200: { description: 'The page.', mediaType: 'text/html', headers: staticTag } },
    errors: [],
  },
  readDocsAsset: {
    method: 'GET',
    path: '/api/v1/docs/{asset}',
    summary: 'The files of that page',
    description: 'Returns a script or style sheet of this page.',
    access: 'open',
    params: DocsAssetParams,
    successes: { 200: { description: 'Style or script.', mediaType: 'text/*', headers: staticTag } },
    errors: ['not_found'],
  },
} as const satisfies Record<string, OperationSpec>;
