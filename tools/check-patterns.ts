import { openApiDocument, operations } from '@billonce/contract';
import { Linter } from 'eslint';
import { linearExpressions } from './linear-expressions.ts';

/** A quadratic and an exponential pattern: a checker that accepts these does not work. */
const planted = ['0+$', '^(a+)+$'];

/**
 * Checks that no pattern of the contract backtracks. ESLint checks the regular expressions in the sources, but the patterns
 * of the schemas are strings, which it does not check.
 */
export function checkPatterns(): boolean {
  const patterns = new Set([...patternsOf(operations), ...patternsOf(openApiDocument('0'))]);
  const slow = [...patterns].filter((pattern) => !isLinear(pattern));
  for (const pattern of slow)
    console.error(`the work of this pattern grows faster than its text: ${pattern}`);
  const missed = planted.filter((pattern) => isLinear(pattern));
  if (missed.length > 0) console.error(`the checker accepts ${missed.join(' and ')}`);
  if (patterns.size === 0) console.error('no pattern of the contract was found');
  return slow.length === 0 && missed.length === 0 && patterns.size > 0;
}

function* patternsOf(value: unknown): Generator<string> {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    if (name === 'pattern' && typeof member === 'string') yield member;
    else yield* patternsOf(member);
  }
}

function isLinear(pattern: string): boolean {
  const code = `new RegExp(${JSON.stringify(pattern)}, 'u');`;
  return new Linter().verify(code, [linearExpressions]).length === 0;
}
