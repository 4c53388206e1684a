import { crc32 } from 'node:zlib';

const form = /^apk_[0-9a-f]{32}$/;
const checkedLength = 'apk_'.length + 24;

/**
 * A new API key: `apk_`, 24 random digits, and 8 digits with the CRC-32 of everything before them.
 *
 * @param secret hexadecimal digits of a secure source; the first 24 are used
 */
export function newApiKey(secret: string): string {
  const drawn = `apk_${secret.slice(0, 24)}`;
  return drawn + checksumOf(drawn);
}

/** Whether a text has the form of an API key. */
export function isApiKey(text: string): boolean {
  return form.test(text);
}

/** Whether the last eight digits of an API key are the checksum of the others. */
export function hasChecksum(key: string): boolean {
  return key.slice(checkedLength) === checksumOf(key.slice(0, checkedLength));
}

function checksumOf(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}
