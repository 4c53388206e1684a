import { sha256 } from '@billonce/idempotency/core';
import { apiKeyPrefixLength } from '../../domain/api-key.ts';
import type { CreateApiKey } from '../../domain/command.ts';
import { adminTenant } from '../../domain/tenant.ts';
import { encodeCursor, nameCursor } from '../cursor.ts';
import type { Desk } from '../desk.ts';
import type { Handlers } from '../router.ts';
import { answered } from '../write.ts';

/** A new key whose prefix is taken is drawn again; 32 bits are rarely taken twice in a row. */
const drawsMax = 8;

export function apiKeyRoutes({ writes, books, drawSecret }: Desk) {
  return {
    createApiKey: async (call) => {
      const key = writes.keyUse(call, true);
      let outcome = await writes.submit(adminTenant, createCommand(call.body, drawSecret), key);
      for (let draw = 1; draw < drawsMax; draw++) {
        if (outcome.kind !== 'refused' || outcome.refusal.code !== 'prefix_taken') break;
        outcome = await writes.submit(adminTenant, createCommand(call.body, drawSecret), key);
      }
      return answered(outcome);
    },

    listApiKeys: async (call) => {
      const { cursor, limit = 100 } = call.query;
      const keys = await books.apiKeysAfter(nameCursor(cursor), limit + 1);
      const items = keys
        .slice(0, limit)
        .map(({ prefix, label, tenant, createdAtMs }) => ({ prefix, label, tenant, createdAt: createdAtMs }));
      const last = items.at(-1);
      const nextCursor = keys.length > limit && last !== undefined ? encodeCursor('name', last.prefix) : null;
      return { status: 200, body: { items, nextCursor } };
    },

    revokeApiKey: async (call) =>
      await writes.write(call, adminTenant, { kind: 'revoke_api_key', prefix: call.params.prefix }),
  } satisfies Partial<Handlers>;
}

function createCommand(
  { label, tenant }: { readonly label: string; readonly tenant?: string },
  drawSecret: () => string,
): CreateApiKey {
  const key = `apk_${drawSecret()}`;
  return {
    kind: 'create_api_key',
    key,
    digest: sha256(key),
    prefix: key.slice(0, apiKeyPrefixLength),
    // A new tenant unless one is named.
    tenant: tenant ?? `tenant-${drawSecret().slice(0, 16)}`,
    label,
  };
}
