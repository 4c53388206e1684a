import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type OutputFile, stop } from 'esbuild';

/** A file that the page loads. Its name has a digest of its bytes, so it never changes. */
export interface DashboardFile {
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: Buffer;
}

/** The page, and what it loads. */
export interface DashboardBundle {
  readonly page: string;
  readonly files: readonly DashboardFile[];
}

const source = (path: string) => fileURLToPath(new URL(`../src/${path}`, import.meta.url));

const mediaTypes: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
};

/**
 * Bundles the dashboard from its sources, in memory.
 *
 * @param folder the path below which the server serves the files
 * @throws {Error} if the sources cannot be bundled
 */
export async function bundleDashboard(folder: string): Promise<DashboardBundle> {
  const { outputFiles } = await build({
    entryPoints: [source('main.tsx')],
    outdir: source('.'),
    bundle: true,
    write: false,
    format: 'esm',
    target: ['es2022', 'chrome120', 'firefox121', 'safari17.5'],
    minify: true,
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
    logLevel: 'silent',
  });
  // Its process is needed no more.
  await stop();
  const icon = hashed('icon.svg', await readFile(source('icon.svg')));
  const files = [...outputFiles.map(fromOutput), icon];
  return { page: pageOf(folder, files), files };
}

function fromOutput({ path, contents }: OutputFile): DashboardFile {
  return hashed(basename(path), Buffer.from(contents));
}

function hashed(name: string, bytes: Buffer): DashboardFile {
  const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  const [stem = '', ending = ''] = name.split('.');
  return {
    name: `${stem}-${digest}.${ending}`,
    mediaType: mediaTypes[ending] ?? 'application/octet-stream',
    bytes,
  };
}

function pageOf(folder: string, files: readonly DashboardFile[]): string {
  const path = (ending: string) => {
    const file = files.find(({ name }) => name.endsWith(ending));
    if (file === undefined) throw new Error(`the dashboard has no ${ending} file`);
    return `${folder}/${file.name}`;
  };
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Billonce</title>
    <link rel="icon" href="${path('.svg')}">
    <link rel="stylesheet" href="${path('.css')}">
    <script type="module" src="${path('.js')}"></script>
  </head>
  <body>
    <div id="app"></div>
    <noscript>This page needs JavaScript. The API works without it.</noscript>
  </body>
</html>
`;
}
