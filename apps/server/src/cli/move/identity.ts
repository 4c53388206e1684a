import { createHash } from 'node:crypto';

/** A digest of a list: a plain separator between names could be part of a name. */
export function identityOf(...parts: readonly (string | number | readonly string[])[]): string {
  return createHash('sha256')
    .update(JSON.stringify(['billonce move-from-agentpay', ...parts]))
    .digest('hex');
}
