import { type KeyRights, rightsShown } from '../domain/api-key.ts';
import type { ReplyOf } from './reply.ts';

/** The sender of a request, as far as it may see itself. */
interface SeenCaller {
  readonly kind: 'anonymous' | 'tenant' | 'admin';
  readonly tenant: string | undefined;
  readonly keyPrefix: string | undefined;
  readonly rights: KeyRights;
}

export function callerReply({ kind, tenant, keyPrefix, rights }: SeenCaller): ReplyOf<'readCaller'> {
  return {
    status: 200,
    body: { kind, tenant: tenant ?? null, keyPrefix: keyPrefix ?? null, ...rightsShown(rights) },
  };
}
