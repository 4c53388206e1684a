// Builds the site of the docs into apps/site/dist.
import { fileURLToPath } from 'node:url';
import { build } from 'vitepress';

await build(fileURLToPath(new URL('.', import.meta.url)));
