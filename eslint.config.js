// Only what neither Biome nor oxlint has a rule for: regular expressions.
import tseslint from 'typescript-eslint';
import { linearExpressions } from './tools/linear-expressions.ts';

export default tseslint.config(
  { ignores: ['apps/site/.vitepress/', 'apps/site/dist/', '**/dist/**'] },
  // What a client sends reaches the expressions of the sources. Those of the tests read our own text.
  {
    files: ['packages/*/src/**/*.ts', 'apps/*/src/**/*.{ts,tsx}', 'tools/**/*.ts'],
    ignores: ['**/*.test.ts'],
    extends: [tseslint.configs.base],
    ...linearExpressions,
  },
);
