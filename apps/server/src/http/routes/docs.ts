import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { openApiDocument } from '@billonce/contract';
import { ApiError } from '../api-error.ts';
import type { Desk } from '../desk.ts';
import { jsonType } from '../media-types.ts';
import type { HandlersOf } from '../router.ts';
import { StaticAnswer } from '../static-answer.ts';

const { resolve } = createRequire(import.meta.url);

/** What the page may do: load what this server serves, and call it. The style that its library sets needs `unsafe-inline`. */
const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Billonce: API reference</title>
    <link rel="stylesheet" href="/api/v1/docs/swagger-ui.css">
    <link rel="icon" href="data:,">
  </head>
  <body>
    <div id="reference"></div>
    <script src="/api/v1/docs/swagger-ui-bundle.js"></script>
    <script src="/api/v1/docs/start.js"></script>
  </body>
</html>
`;

const start = `SwaggerUIBundle({
  url: '/api/v1/openapi.json',
  dom_id: '#reference',
  docExpansion: 'list',
  validatorUrl: null,
});
`;

const mediaTypes = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
} as const;

const openApiAnswers = new Map<string, StaticAnswer>();

/** The document is large: the first request makes it, so that no start waits for it, and the servers of a process share it. */
function openApiAnswer(version: string): StaticAnswer {
  const known =
    openApiAnswers.get(version) ?? new StaticAnswer(JSON.stringify(openApiDocument(version)), jsonType);
  openApiAnswers.set(version, known);
  return known;
}

/** The document of this API; its page, and what that loads: all of it from this server, so that it works offline. */
export function docsRoutes({ version }: Desk) {
  const pageAnswer = new StaticAnswer(page, 'text/html; charset=utf-8', {
    'content-security-policy': pagePolicy,
  });
  const startAnswer = new StaticAnswer(start, mediaTypes['swagger-ui-bundle.js']);
  const files = new Map<string, Promise<StaticAnswer>>();
  const fileAnswer = (name: keyof typeof mediaTypes): Promise<StaticAnswer> => {
    const known = files.get(name);
    if (known !== undefined) return known;
    const read = readFile(resolve(`swagger-ui-dist/${name}`));
    const made = read.then((bytes) => new StaticAnswer(bytes, mediaTypes[name]));
    files.set(name, made);
    return made;
  };
  return {
    readOpenApi: async (call) => openApiAnswer(version).answer(call.request),

    readDocs: async (call) => pageAnswer.answer(call.request),

    readDocsAsset: async (call) => {
      const { asset: name } = call.params;
      switch (name) {
        case 'start.js':
          return startAnswer.answer(call.request);
        case 'swagger-ui.css':
        case 'swagger-ui-bundle.js':
          return (await fileAnswer(name)).answer(call.request);
        default:
          throw new ApiError('not_found', 'no such file of the page');
      }
    },
  } satisfies HandlersOf<'docs'>;
}
