import { type AtRestKeys, decrypt, encrypt } from './encryption.ts';

/** A secret that the server must read again, in its stored form: encrypted if there is a key for that. */
export function keepSecret(secret: string, belongsTo: string, keys: AtRestKeys): string {
  const [active] = keys;
  if (active === undefined) return `plain ${secret}`;
  return `at-rest:${active.id} ${Buffer.from(encrypt(secret, active.key, belongsTo)).toString('base64')}`;
}

/** The secret; `undefined` if its key is no longer configured. */
export function openSecret(kept: string, belongsTo: string, keys: AtRestKeys): string | undefined {
  const [protection = '', text = ''] = kept.split(' ', 2);
  if (protection === 'plain') return text;
  const key = keys.find(({ id }) => protection === `at-rest:${id}`);
  return key && decrypt(Buffer.from(text, 'base64'), key.key, belongsTo);
}
