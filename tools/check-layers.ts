import { globSync } from 'node:fs';
import { cruise } from 'dependency-cruiser';
import extractTsConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import { layers } from './layers.ts';

/**
 * Checks the imports of all sources against the layers. A checker that read nothing would find nothing, so the files that it read
 * are compared with the existing ones.
 */
export async function checkLayers(): Promise<boolean> {
  const sources = globSync(['packages/*/src/**/*.ts', 'apps/*/src/**/*.{ts,tsx}']);
  const { output } = await cruise(
    ['packages', 'apps'],
    {
      ruleSet: { forbidden: layers },
      validate: true,
      doNotFollow: { path: 'node_modules' },
      // Files that were built from the sources.
      exclude: { path: '^packages/[^/]+/dist/' },
      tsPreCompilationDeps: true,
      enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
    },
    undefined,
    { tsConfig: extractTsConfig('tsconfig.json') },
  );
  if (typeof output === 'string') throw new Error('dependency-cruiser answered with a text');
  const read = new Map(output.modules.map((module) => [module.source, module.dependencies.length]));
  const unread = sources.filter((file) => !read.has(file));
  const dependencies = [...read.values()].reduce((sum, count) => sum + count, 0);
  for (const { rule, from, to } of output.summary.violations) console.error(`${rule.name}: ${from} -> ${to}`);
  if (unread.length > 0) console.error(`not read: ${unread.join(', ')}`);
  if (dependencies < sources.length)
    console.error(`only ${dependencies} imports were read in ${sources.length} files`);
  return output.summary.error === 0 && unread.length === 0 && dependencies >= sources.length;
}
