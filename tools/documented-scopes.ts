import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type Scope, scopes } from '@billonce/contract';
import { pagesForUsers } from './code-blocks.ts';

const root = path.resolve(import.meta.dirname, '..');

const isScope = (name: string): name is Scope => scopes.some((scope) => scope === name);

/** A set of scopes as text, in one order: `read settle`. */
export function scopeText(named: Iterable<string>): string {
  const set = new Set(named);
  return scopes.filter((scope) => set.has(scope)).join(' ');
}

/** The sets of scopes that each page names, in the order of the pages. */
export function documentedScopes(): ReadonlyMap<string, readonly string[]> {
  const found = pagesForUsers().map(
    (page) => [page, scopesNamedIn(readFileSync(path.join(root, page), 'utf8'))] as const,
  );
  return new Map(found.filter(([, sets]) => sets.length > 0));
}

/** Each set of scopes that a page names for a key: in JSON, as options of a command, in a table, or in a sentence. */
export function scopesNamedIn(text: string): readonly string[] {
  const sets = [
    ...[...text.matchAll(/"scopes": ?\[([^\]]*)\]/g)].map(([, list = '']) => wordsIn(list)),
    ...[...text.matchAll(/(?:--scopes?[ =][\w,]+(?![\w,\\|]) *)+/g)].map(([options]) => wordsIn(options)),
    ...proseOf(text).flatMap(setsOfParagraph),
  ];
  return [...new Set(sets.map((named) => scopeText(named.filter(isScope))))]
    .filter((set) => set !== '')
    .toSorted();
}

/** The paragraphs of a page, without its code. */
function proseOf(text: string): readonly string[] {
  return text.replaceAll(/^```[\s\S]*?^```/gm, '').split(/\n\s*\n/);
}

/** A table with scopes names one set in each row, other text one in each sentence. */
function setsOfParagraph(paragraph: string): readonly (readonly string[])[] {
  if (!/\b(?:scopes?|keys?)\b/i.test(paragraph)) return [];
  const isTable = paragraph.startsWith('|');
  if (isTable && !/\bscopes?\b/i.test(paragraph)) return [];
  const parts = isTable ? paragraph.split('\n') : paragraph.replaceAll('\n', ' ').split(/(?<=[.;]) /);
  return parts
    .filter((part) => isTable || /\bscopes?\b|\bkeys?\b/i.test(part))
    .map((part) => [...part.matchAll(/`(\w+)`/g)].map(([, name = '']) => name));
}

const wordsIn = (text: string): readonly string[] => text.match(/\w+/g) ?? [];

const howTo = (name: string, ...sets: readonly string[]) => [`docs/how-to/${name}.md`, sets] as const;

/** The sets that each test file tries with keys of exactly these scopes. It fails if it has not (`checkTried`). */
const claims: Readonly<Record<string, readonly (readonly [page: string, sets: readonly string[]])[]>> = {
  'apps/mcp/test/documented-keys.test.ts': [
    howTo('give-an-agent-tools', 'read', 'read record', 'record', 'settle'),
  ],
  'apps/server/test/documented-keys.test.ts': [
    howTo('answer-a-dispute', 'manage', 'read settle', 'record manage'),
    howTo('charge-for-an-api', 'read record settle manage'),
    howTo('close-a-month', 'read settle', 'record manage'),
    howTo('give-a-free-allowance', 'read record manage'),
    howTo('receive-events', 'read', 'read record manage'),
    howTo('reserve-and-capture-an-llm-call', 'read record manage'),
    howTo('sell-prepaid-credit', 'read record manage'),
    howTo('stop-an-agent-at-its-budget', 'read record manage'),
  ],
  'apps/server/test/documented-scopes.test.ts': [
    howTo('limit-api-keys', 'manage', 'read', 'read record', 'record', 'settle'),
    howTo('read-the-audit-log', 'manage', 'read'),
    howTo('run-from-a-terminal', 'record'),
    howTo('use-the-dashboard', 'read', 'read settle'),
    ['examples/llm-proxy/README.md', ['record']],
    ['examples/python/README.md', ['record']],
  ],
  'packages/client/test/documented-keys.test.ts': [
    ['packages/client/README.md', ['manage', 'read', 'record', 'settle']],
  ],
};

/** All claims, each as `page: scopes`, with the test file. */
export function scopeClaims(): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(claims).flatMap(([file, pages]) =>
      pages.flatMap(([page, sets]) => sets.map((set) => [`${page}: ${set}`, file] as const)),
    ),
  );
}
