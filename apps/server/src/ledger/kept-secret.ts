import { type AtRestKeys, decrypt, encrypt } from './encryption.ts';

/** A secret that the server itself must read again, as it is kept: encrypted where there is a key for that. */
export function keepSecret(secret: string, belongsTo: string, keys: AtRestKeys): string {
  const [active] = keys;
  if (active === undefined) return `plain ${secret}`;
  return `at-rest:${active.id} ${Buffer.from(encrypt(secret, active.key, belongsTo)).toString('base64')}`;
}

/** The secret again; `undefined` when its key is not at hand any more. */
export function openSecret(kept: string, belongsTo: string, keys: AtRestKeys): string | undefined {
  const [protection = '', text = ''] = kept.split(' ', 2);
  if (protection === 'plain') return text;
  const key = keys.find(({ id }) => protection === `at-rest:${id}`);
  return key && decrypt(Buffer.from(text, 'base64'), key.key, belongsTo);
}
