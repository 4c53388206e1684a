// A page that names scopes for an API key needs a test that tries a key with exactly these.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { documentedScopes, scopeClaims, scopesNamedIn } from '../../../tools/documented-scopes.ts';

const root = path.resolve(import.meta.dirname, '../../..');

test('a test tries a key with each set of scopes that a page names, and each of these sets is on its page', () => {
  const named = [...documentedScopes()].flatMap(([page, sets]) => sets.map((set) => `${page}: ${set}`));
  assert.ok(named.length > 20, named.join('\n'));
  assert.deepEqual([...scopeClaims().keys()].toSorted(), named.toSorted());
});

test('each test file that claims scopes checks at its end that it has tried them', () => {
  for (const file of new Set(scopeClaims().values())) {
    const text = readFileSync(path.join(root, file), 'utf8').trimEnd();
    assert.ok(text.endsWith('checkTried(import.meta.url);'), file);
  }
});

test('scopes are found in JSON, options, tables and sentences, and not in other text', () => {
  const found: readonly (readonly [text: string, sets: readonly string[]])[] = [
    ['```sh\ncurl -d \'{"scopes": ["record", "read"]}\'\n```', ['read record']],
    ['Run `billonce keys create x --scope settle --scope read --tenant acme`.', ['read settle']],
    ['| scope | calls |\n| --- | --- |\n| `read` | reads |\n| `manage` | others |', ['manage', 'read']],
    ['It needs a key with the scopes\n`read` and `record`. Another has `settle`.', ['read record']],
    ['With [a key for each job](x.md): `manage` for prices, `record` for usage.', ['record manage']],
    ['`--scope read\\|record` is an option.', []],
    ['The event `read` of a stream.', []],
  ];
  for (const [text, sets] of found) assert.deepEqual(scopesNamedIn(text), sets, text);
});
