import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changed, DomainBooks, exampleOf } from '../../../test/harness/domain-books.ts';
import type { ApiKey } from '../api-key.ts';
import { servicePaused } from '../pause.ts';

const { nowMs } = new DomainBooks();
const rights = { scopes: undefined, agent: 'a', serviceId: undefined, allowedAddresses: undefined };
const create = exampleOf<'create_api_key'>({
  kind: 'create_api_key',
  key: 'the key',
  digest: 'digest',
  prefix: 'new',
  hasChecksum: true,
  tenant: 't',
  label: 'l',
  expiresAtMs: undefined,
  rights,
});
const rotate = exampleOf<'rotate_api_key'>({
  kind: 'rotate_api_key',
  prefix: 'old',
  graceMs: 5_000,
  followedWithinMs: 3,
  made: { key: 'the key', digest: 'digest', prefix: 'new', hasChecksum: true },
});
const revoke = { kind: 'revoke_api_key', prefix: 'old' } as const;
const made: ApiKey = {
  ...rights,
  digest: 'digest',
  prefix: 'new',
  tenant: 't',
  label: 'l',
  createdAtMs: nowMs,
  expiresAtMs: undefined,
  revokedAtMs: undefined,
  lastUsedAtMs: undefined,
  hasChecksum: true,
};
const old: ApiKey = { ...made, digest: 'digest of old', prefix: 'old', createdAtMs: 1, lastUsedAtMs: 2 };

function booksWith(members: Partial<ApiKey> = {}): DomainBooks {
  const filled = new DomainBooks();
  filled.has({ apiKeys: [{ ...old, ...members }] });
  return filled;
}

test('a new key has the rights that were asked for, and the key itself is only in the answer', () => {
  const decision = new DomainBooks().done(create());
  assert.deepEqual(decision.fact, { kind: 'api_key_created', key: 'the key', made });
  assert.deepEqual(changed(decision.changes), { apiKeys: [made] });
});

test('a new key expires in the future', () => {
  const tooEarly = { code: 'already_expired', message: 'expiresAt must be in the future' };
  assert.deepEqual(new DomainBooks().refusal(create({ expiresAtMs: nowMs })), tooEarly);
  const decision = new DomainBooks().done(create({ expiresAtMs: nowMs + 1 }));
  assert.deepEqual(changed(decision.changes), { apiKeys: [{ ...made, expiresAtMs: nowMs + 1 }] });
});

test('a prefix is given to one key only, also where that was revoked', () => {
  const taken = { code: 'prefix_taken', message: 'prefix taken' };
  assert.deepEqual(booksWith().refusal(create({ prefix: 'old' })), taken);
  assert.deepEqual(booksWith({ revokedAtMs: 1 }).refusal(create({ prefix: 'old' })), taken);
  assert.deepEqual(booksWith().refusal(rotate({ made: { ...rotate().made, prefix: 'old' } })), taken);
});

test('a rotated key expires after the time of grace, and never later than it would have', () => {
  const decision = booksWith().done(rotate());
  const oldExpiresAtMs = nowMs + 5_000;
  const fact = { kind: 'api_key_rotated', key: 'the key', made, oldPrefix: 'old', followedWithinMs: 3 };
  assert.deepEqual(decision.fact, { ...fact, oldExpiresAtMs });
  assert.deepEqual(changed(decision.changes), { apiKeys: [{ ...old, expiresAtMs: oldExpiresAtMs }, made] });
  const soon = booksWith({ expiresAtMs: nowMs + 7 }).done(rotate());
  assert.deepEqual(changed(soon.changes), { apiKeys: [{ ...old, expiresAtMs: nowMs + 7 }, made] });
});

test('a revoked key is not recognized from now on', () => {
  const filled = booksWith();
  const decision = filled.done(revoke);
  assert.deepEqual(decision.fact, { kind: 'api_key_revoked' });
  assert.deepEqual(changed(decision.changes), { apiKeys: [{ ...old, revokedAtMs: nowMs }] });
  const unknown = { code: 'not_found', message: 'no API key has the prefix old' };
  assert.deepEqual(filled.refusal(revoke), unknown);
  assert.deepEqual(filled.refusal(rotate()), unknown);
  assert.deepEqual(new DomainBooks().refusal(revoke), unknown);
});

test('a key that has expired can be revoked, but not rotated', () => {
  const expired = booksWith({ expiresAtMs: nowMs });
  assert.equal(expired.refusal(rotate()).code, 'not_found');
  assert.equal(expired.done(revoke).fact.kind, 'api_key_revoked');
});

test('uses of keys are noted while writes are paused', () => {
  const uses = [{ prefix: 'old', usedAtMs: 7 }];
  const noted = new DomainBooks().done({ kind: 'note_api_key_uses', uses }, { gate: servicePaused });
  assert.deepEqual(noted.fact, { kind: 'api_key_uses_noted' });
  assert.deepEqual(changed(noted.changes), { apiKeyUses: uses });
});
