import { crc32 } from 'node:zlib';

const form = /^apk_[0-9a-f]{32}$/;
const checkedLength = 'apk_'.length + 24;

/**
 * A new API key: `apk_`, 24 digits that are drawn, and 8 that are the CRC-32 of what is in front of them.
 *
 * @param secret hexadecimal digits of a secure source, of which the first 24 are taken
 */
export function newApiKey(secret: string): string {
  const drawn = `apk_${secret.slice(0, 24)}`;
  return drawn + checksumOf(drawn);
}

/** Whether a text has the form of an API key at all. */
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
