import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';
import { withoutLinksOutside } from '../src/links.ts';
import { sidebars } from '../src/sidebar.ts';
import { slugOf } from '../src/slug.ts';

const docs = fileURLToPath(new URL('../../../docs', import.meta.url));

// biome-ignore lint/style/noDefaultExport: VitePress reads it
export default defineConfig({
  title: 'Billonce',
  description: 'Metering and settlement, exactly once',
  base: '/docs/',
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  srcDir: docs,
  outDir: fileURLToPath(new URL('../dist', import.meta.url)),
  cacheDir: fileURLToPath(new URL('../../../node_modules/.cache/billonce-site', import.meta.url)),
  rewrites: { 'README.md': 'index.md', 'adr/README.md': 'adr/index.md' },
  // No request to another host: fonts are those of the reader's system, and search is an index of these pages.
  themeConfig: { sidebar: sidebars(docs), search: { provider: 'local' }, outline: [2, 3] },
  markdown: { config: withoutLinksOutside, anchor: { slugify: slugOf } },
  // Addresses of the reader's machine.
  ignoreDeadLinks: 'localhostLinks',
});
