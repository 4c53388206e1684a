// Only what Biome has no rule for: rules that need types, and regular expressions.
import tseslint from 'typescript-eslint';
import { linearExpressions } from './tools/linear-expressions.ts';

export default tseslint.config(
  { ignores: ['apps/site/.vitepress/', 'apps/site/dist/', '**/dist/**'] },
  {
    files: ['packages/**/*.ts', 'apps/**/*.{ts,tsx}', 'tools/**/*.ts', 'bench/**/*.ts'],
    extends: [tseslint.configs.base],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          ignoreVoid: false,
          // node:test collects the promises of test() and describe() itself.
          allowForKnownSafeCalls: [
            {
              from: 'package',
              package: 'node:test',
              name: ['test', 'describe', 'it', 'before', 'after', 'beforeEach', 'afterEach'],
            },
          ],
        },
      ],
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: false, requireDefaultForNonUnion: false },
      ],
      '@typescript-eslint/only-throw-error': 'error',
    },
  },
  // What a client sends reaches the expressions of the sources. Those of the tests read our own text.
  {
    files: ['packages/*/src/**/*.ts', 'apps/*/src/**/*.{ts,tsx}', 'tools/**/*.ts'],
    ignores: ['**/*.test.ts'],
    ...linearExpressions,
  },
);
