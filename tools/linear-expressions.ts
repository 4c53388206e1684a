import type { Linter } from 'eslint';
import regexp from 'eslint-plugin-regexp';

/** Lint rules that report each regular expression whose work grows faster than the length of its text. */
export const linearExpressions = {
  plugins: { regexp },
  rules: {
    'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
    'regexp/no-super-linear-move': [
      'error',
      { report: 'potential', ignorePartial: false, ignoreSticky: false },
    ],
  },
} satisfies Linter.Config;
