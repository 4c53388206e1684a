import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { checkOptions } from '../src/core/check-options.ts';
import type { KeptResponse } from '../src/core/kept-response.ts';
import type { EngineSettings } from '../src/core/options.ts';
import { type ProfileName, profiles } from '../src/core/profile.ts';
import type { Refusal } from '../src/core/refusal.ts';
import { memoryStore } from '../src/stores/memory.ts';

const page = readFileSync(
  new URL('../../../docs/reference/idempotency-profiles.md', import.meta.url),
  'utf8',
);

const hourMs = 3_600_000;

/** The rows of the table by behaviour. Each has the cells of the profiles by name. */
function table(): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const lines = page.split('\n').filter((line) => line.startsWith('| '));
  const from = lines.findIndex((line) => line.startsWith('| behaviour |'));
  const [head = [], , ...rows] = lines.slice(from).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  const names = head.slice(1, -1).map((name) => name.replaceAll('`', ''));
  return new Map(
    rows.map(([behaviour = '', ...cells]) => {
      // A cell may refer to `default`.
      const first = cells[0] ?? '';
      const whole = cells.map((cell) => cell.replace(/^(?:likewise|as `default`|that)/, first));
      return [behaviour, new Map(names.map((name, at) => [name, whole[at] ?? '']))];
    }),
  );
}

interface Subject {
  readonly settings: EngineSettings;
  readonly refused: (refusal: Refusal) => KeptResponse;
}

function subject(name: ProfileName): Subject {
  const settings = checkOptions({ store: memoryStore(), profile: name, retentionMs: 400 * 24 * hourMs }, [
    'keyOf',
  ]);
  const context = { requestId: 'r-1', accept: undefined, documentationUrl: undefined };
  return { settings, refused: (refusal) => settings.profile.render(refusal, context) };
}

const conflict: Refusal = { code: 'idempotency_conflict' };
const busy: Refusal = { code: 'idempotency_in_progress', retryAfterMs: 1000 };
const expired: Refusal = { code: 'idempotency_key_expired', firstSeenAtMs: 0, location: undefined };

/** The protocol's own code in an error, if it differs from that of `default`. */
function ownCode({ body }: KeptResponse): string {
  const [code = ''] = /IDEMPOTENCY_\w+|idempotency_in_flight/.exec(String(body)) ?? [];
  return code === '' ? '' : `\`${code}\``;
}

/** The required content of the table for a profile. */
const rows: Readonly<Record<string, (subject: Subject) => string>> = {
  'the key is in': ({ settings: { keyPlace } }) =>
    keyPlace.kind === 'member' ? `member \`${keyPlace.name}\`` : keyPlace.kind,
  'it is required': ({ settings }) => (settings.requireKey ? 'yes' : 'no'),
  'protected methods': ({ settings }) => [...settings.methods].join(', '),
  'form of a key': ({ settings }) =>
    settings.keyPattern === undefined
      ? `${settings.keyLengthMin} to ${settings.keyLengthMax} characters`
      : `${/\{(\d+),/.exec(settings.keyPattern.source)?.[1]} to ${settings.keyLengthMax} of letters, digits, \`_\`, \`.\`, \`:\`, \`-\``,
  'a key belongs to': ({ settings }) =>
    settings.keysPer === 'endpoint' ? 'its caller and endpoint' : 'its caller',
  'the key is echoed': ({ settings }) => (settings.echoKey ? 'yes' : 'no'),
  'a replay is marked by': ({ settings: { profile } }) =>
    `${profile.replayedHeader === 'idempotent-replayed' ? '`Idempotent-Replayed`' : '`Idempotency-Replayed`'}${
      profile.markReplay === undefined ? '' : ', and the member `replayed`'
    }`,
  'members that are not compared': ({ settings: { ignoreMembers } }) =>
    ignoreMembers
      .map((path) => (typeof path === 'string' ? `\`${path}\`` : `the ${path.at(-1)} of \`${path[0]}\``))
      .join(', ') || 'none',
  'another request under the key': ({ refused }) =>
    [refused(conflict).status, ownCode(refused(conflict)).replace('`idempotency_in_flight`', '')]
      .join(' ')
      .trim(),
  'the first request has not ended': ({ refused }) => {
    const code = ownCode(refused(busy));
    const retryAfter = String(refused(busy).body).includes('"retry_after"') ? ' with `retry_after`' : '';
    return `waits, then ${refused(busy).status}${code === '' ? '' : `, ${code}`}${retryAfter}`;
  },
  'an answer from 400 to 499': ({ settings }) =>
    settings.onClientError === 'free'
      ? 'is not kept'
      : 'is kept, but for those that say that nothing was done',
  'an answer of 500 or above': ({ settings }) =>
    settings.onServerError === undefined && !settings.shouldStore({ status: 500, headers: [], body: '' })
      ? 'is not kept'
      : 'is kept',
  'an answer is kept for': ({ settings }) => `${settings.answerTtlMs / hourMs} h`,
  'a key whose answer has expired': ({ refused }) =>
    [refused(expired).status, ownCode(refused(expired))].join(' ').trim(),
  'while the store fails': ({ refused }) => String(refused({ code: 'store_unavailable' }).status),
  'the id of the request is in': ({ refused }) => {
    const { headers, body } = refused(conflict);
    const [name] = headers.find(([, value]) => value === 'r-1') ?? [];
    if (name === undefined) return String(body).includes('r-1') ? 'the body' : 'nothing';
    return `the header \`${name.replace(/(?:^|-)[a-z]/g, (start) => start.toUpperCase())}\``;
  },
};

test('the table of the page on profiles matches each profile', () => {
  const told = table();
  assert.deepEqual([...told.keys()], Object.keys(rows));
  for (const [behaviour, cells] of told) {
    assert.deepEqual([...cells.keys()], Object.keys(profiles));
    for (const [name, cell] of cells) {
      assert.ok(isProfile(name));
      assert.equal(cell, rows[behaviour]?.(subject(name)), `${behaviour}: ${name}`);
    }
  }
});

function isProfile(name: string): name is ProfileName {
  return Object.hasOwn(profiles, name);
}
