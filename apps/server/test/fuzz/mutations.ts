import { addBody, breakBody, changeMembers, changePart, hugeBody } from './body-mutations.ts';
import * as headers from './header-mutations.ts';
import type { Mutate, Mutated, MutationTools } from './mutation.ts';
import type { FuzzRequest } from './request.ts';
import { bendPath, changeMethod, changePath, changeQuery } from './target-mutations.ts';

/** Every way to change a request, and how often it is drawn. */
const weighted: readonly (readonly [weight: number, mutate: Mutate])[] = [
  [8, changePart],
  [5, changeMembers],
  [3, breakBody],
  [1, addBody],
  [1, hugeBody],
  [4, changePath],
  [1, bendPath],
  [4, changeQuery],
  [1, changeMethod],
  [2, headers.changeKey],
  [1, headers.datedKey],
  [1, headers.changeMediaType],
  [1, headers.spellMediaType],
  [1, headers.addCoding],
  [2, headers.changeCredentials],
  [2, headers.addOddHeader],
  [1, headers.changeIfMatch],
  [1, headers.hugeHeader],
];
const lots = weighted.flatMap(([weight, mutate]) => Array.from({ length: weight }, () => mutate));

/** Changes one thing in a request. Draws mutations until one of them applies. */
export function mutated(request: FuzzRequest, tools: MutationTools): Mutated {
  for (;;) {
    const found = tools.random.pick(lots)(request, tools);
    if (found !== undefined) return found;
  }
}
