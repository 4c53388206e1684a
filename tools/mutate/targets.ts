import { globSync } from 'node:fs';

/** A folder whose mutants are counted together. */
export interface Target {
  readonly folder: string;
  /** short tests near the sources */
  readonly near: readonly string[];
  /** longer tests near them: only what survives the short ones meets them */
  readonly wide: readonly string[];
  /** larger tests, which use the sources in the process of the test */
  readonly far: () => readonly string[];
  /** whether each survivor must be explained */
  readonly isComplete: boolean;
}

export const explanationsFile = 'apps/server/test/mutants-explained.json';
export const scoresFile = 'apps/server/test/mutation-scores.json';

const library = 'packages/idempotency';
const server = 'apps/server';
/** They call all of the domain and the ledger in seconds. */
const worlds = 'tools/mutate/worlds.ts';
/** Tests whose subject is another process, another page or a long run: they reach no mutant, or take minutes. */
const elsewhere =
  /(crash|soak|simulation|fuzz|dashboard|browser|docs-|documented|typed|deploy|npm-start|bootstrap|package|process|printed|llm-proxy|io-error|full-log|neighbours|move-from|connection-places|tcp-proxy|history|front-usage|heavy|large-bodies|write-cost|backup|own-file|ingest|command|doctor|watch|tls|traces|webhook)/;

function inProcess(): string[] {
  return globSync(`${server}/test/*.test.ts`).filter((file) => !elsewhere.test(file.slice(server.length)));
}

export const targets: readonly Target[] = [
  {
    folder: `${library}/src/core`,
    near: [`${library}/src/core/*.test.ts`],
    wide: [`${library}/src/{once,operator}.test.ts`, `${library}/src/stores/memory.test.ts`],
    far: () => [
      ...globSync(`${library}/src/{adapters,client,observers,once,testing,payments}/**/*.test.ts`),
      ...globSync(`${library}/src/stores/{memory,sqlite}*.test.ts`),
      ...globSync(`${library}/test/adapters/*.test.ts`),
    ],
    isComplete: true,
  },
  {
    folder: `${server}/src/domain`,
    near: [`${server}/src/{domain,answers,ledger}/**/*.test.ts`],
    wide: [worlds],
    far: inProcess,
    isComplete: true,
  },
  {
    folder: `${server}/src/ledger`,
    near: [`${server}/src/{ledger,domain}/**/*.test.ts`],
    wide: [worlds],
    far: inProcess,
    isComplete: true,
  },
  {
    folder: `${server}/src/storage`,
    near: [`${server}/src/storage/**/*.test.ts`],
    wide: [
      `${server}/test/{balances,holds,settle,reversals,services,limits,lists,sums,events}.test.ts`,
      `${server}/test/postgres/{balances,assets}.test.ts`,
    ],
    far: inProcess,
    isComplete: false,
  },
  {
    folder: `${library}/src/adapters`,
    near: [`${library}/src/adapters/**/*.test.ts`, `${library}/test/adapters/{fetch,node,koa}.test.ts`],
    wide: [`${library}/test/adapters/{express-5,fastify,hono}.test.ts`],
    far: () => globSync(`${library}/test/adapters/*.test.ts`),
    isComplete: false,
  },
];
