import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { Slot, StoredAnswer } from './store.ts';

/** One key that stored answers are encrypted with. */
export interface EncryptionKey {
  /** names the key in every record that it encrypted: 1 to 32 visible ASCII characters */
  readonly id: string;
  /** 32 bytes */
  readonly secret: Uint8Array;
}

// An encrypted answer is: version, length of the key's id, id, 12 bytes of nonce, 16 bytes of tag, ciphertext. A plain
// answer begins with a digit.
/** Encrypted with the configured key itself. Still read, no longer written. */
const undivided = 1;
/**
 * Encrypted with a key derived for the slot. A random nonce is safe for 2^32 texts under one key (NIST SP 800-38D,
 * section 8.3). No slot comes near that number, so use alone never forces the rotation of a configured key.
 */
const perSlot = 2;
const nonceBytes = 12;
const tagBytes = 16;
const keyBytes = 32;

/** Encrypts stored answers with AES-256-GCM. The first key encrypts; all of them decrypt, so keys can be rotated. */
export class AnswerCipher {
  readonly #keys: readonly EncryptionKey[];

  constructor(keys: readonly EncryptionKey[]) {
    this.#keys = keys;
  }

  /** Encrypts an answer and binds it to the slot that it is stored in. */
  seal(answer: StoredAnswer, slot: Slot): StoredAnswer {
    const key = this.#keys[0];
    if (key === undefined) return answer;
    const id = Buffer.from(key.id);
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv('aes-256-gcm', slotKey(key, slot), nonce);
    cipher.setAAD(slotBytes(slot));
    const text = Buffer.concat([cipher.update(answer), cipher.final()]);
    return Buffer.concat([Buffer.of(perSlot, id.length), id, nonce, cipher.getAuthTag(), text]);
  }

  /**
   * Decrypts an answer. An answer that was stored in the clear is returned unchanged.
   *
   * @throws {Error} if its key is not configured, or it was changed, or it belongs to another slot
   */
  open(stored: StoredAnswer, slot: Slot): StoredAnswer {
    if (typeof stored === 'string' || (stored[0] !== perSlot && stored[0] !== undivided)) return stored;
    const bytes = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength);
    const idEnd = 2 + (bytes[1] ?? 0);
    const id = bytes.toString('latin1', 2, idEnd);
    const key = this.#keys.find((candidate) => candidate.id === id);
    if (key === undefined)
      throw new Error(
        `a stored answer was encrypted with the key ${JSON.stringify(id)}, which is not configured`,
      );
    const nonce = bytes.subarray(idEnd, idEnd + nonceBytes);
    const textAt = idEnd + nonceBytes + tagBytes;
    const secret = stored[0] === perSlot ? slotKey(key, slot) : key.secret;
    const decipher = createDecipheriv('aes-256-gcm', secret, nonce, { authTagLength: tagBytes });
    decipher.setAAD(slotBytes(slot));
    decipher.setAuthTag(bytes.subarray(idEnd + nonceBytes, textAt));
    return Buffer.concat([decipher.update(bytes.subarray(textAt)), decipher.final()]);
  }
}

/** HKDF-SHA-256 (RFC 5869). */
function slotKey({ secret }: EncryptionKey, slot: Slot): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, '', slotBytes(slot), keyBytes));
}

function slotBytes({ scope, key }: Slot): Buffer {
  return Buffer.from(scope + key, 'latin1');
}
