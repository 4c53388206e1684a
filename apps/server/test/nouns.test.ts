import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { operations, operationsByNoun } from '@billonce/contract';

const root = new URL('../../../', import.meta.url);
const routes = 'apps/server/src/http/routes';
const nouns = Object.keys(operationsByNoun).sort();
/** Schemas that several nouns share. */
const shared = ['explained-pattern', 'identifiers', 'pages', 'prices', 'quantities'];
/** Parts of answers that several nouns share. */
const sharedAnswers = ['amounts', 'answers', 'exact-integer', 'paging', 'paths', 'reply', 'tiers'];

function filesIn(folder: string): string[] {
  const names = readdirSync(new URL(folder, root)).filter((name) => !name.endsWith('.test.ts'));
  return names.map((name) => name.replace(/\.ts$/, '')).sort();
}

function withoutNoun(folder: string): string[] {
  return filesIn(folder).filter((name) => !nouns.includes(name));
}

test('operations and routes have the same files, one for each noun', () => {
  assert.deepEqual(filesIn('packages/contract/src/operations'), nouns);
  assert.deepEqual(filesIn(routes), nouns);
});

test('schemas, commands and answers are in the file of their noun', () => {
  assert.deepEqual(withoutNoun('packages/contract/src/schemas'), shared);
  assert.deepEqual(withoutNoun('apps/server/src/answers'), sharedAnswers);
  assert.deepEqual(withoutNoun('apps/server/src/domain/commands'), []);
});

test('each operation is in the file of its noun, and so is its handler', () => {
  for (const [noun, ofNoun] of Object.entries(operationsByNoun)) {
    const source = readFileSync(new URL(`packages/contract/src/operations/${noun}.ts`, root), 'utf8');
    // With this type the compiler checks the handlers of the file against the operations of the noun.
    const handlers = readFileSync(new URL(`${routes}/${noun}.ts`, root), 'utf8');
    assert.ok(handlers.includes(`satisfies HandlersOf<'${noun}'>`), noun);
    for (const name of Object.keys(ofNoun)) {
      assert.match(source, new RegExp(`^ {2}${name}: \\{$`, 'm'), name);
      assert.match(handlers, new RegExp(`^ {4}${name}[:,]`, 'm'), name);
    }
  }
});

test('routes render no answers: only the folder of answers does', () => {
  for (const noun of nouns) {
    const source = readFileSync(new URL(`${routes}/${noun}.ts`, root), 'utf8');
    assert.doesNotMatch(source, /\bbody: [{[]|\bstatus: \d+, body: \{/, noun);
  }
});

test('no operation has two nouns', () => {
  const names = Object.values(operationsByNoun).flatMap((ofNoun) => Object.keys(ofNoun));
  assert.deepEqual(names.sort(), Object.keys(operations).sort());
});
