import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Slot, StoredAnswer } from './store.ts';

/** One key that stored answers are encrypted with. */
export interface EncryptionKey {
  /** names the key in every record that it was used for: 1 to 32 visible ASCII characters */
  readonly id: string;
  /** 32 bytes */
  readonly secret: Uint8Array;
}

// sealed answer: 0x01, length of the key's id, id, 12 bytes of nonce, 16 bytes of tag, ciphertext.
// An answer in the clear begins with a digit.
const version = 1;
const nonceBytes = 12;
const tagBytes = 16;

/** Encrypts stored answers with AES-256-GCM. The first key encrypts; all of them decrypt, so that keys can be rotated. */
export class AnswerCipher {
  readonly #keys: readonly EncryptionKey[];

  constructor(keys: readonly EncryptionKey[]) {
    this.#keys = keys;
  }

  /** Encrypts an answer, bound to the slot that it is stored in. */
  seal(answer: StoredAnswer, slot: Slot): StoredAnswer {
    const key = this.#keys[0];
    if (key === undefined) return answer;
    const id = Buffer.from(key.id);
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv('aes-256-gcm', key.secret, nonce);
    cipher.setAAD(slotBytes(slot));
    const text = Buffer.concat([cipher.update(answer), cipher.final()]);
    return Buffer.concat([Buffer.of(version, id.length), id, nonce, cipher.getAuthTag(), text]);
  }

  /**
   * Decrypts an answer; one that was stored in the clear is given back as it is.
   *
   * @throws {Error} if its key is not among ours, or it was changed, or it belongs to another slot
   */
  open(stored: StoredAnswer, slot: Slot): StoredAnswer {
    if (typeof stored === 'string' || stored[0] !== version) return stored;
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
    const decipher = createDecipheriv('aes-256-gcm', key.secret, nonce, { authTagLength: tagBytes });
    decipher.setAAD(slotBytes(slot));
    decipher.setAuthTag(bytes.subarray(idEnd + nonceBytes, textAt));
    return Buffer.concat([decipher.update(bytes.subarray(textAt)), decipher.final()]);
  }
}

function slotBytes({ scope, key }: Slot): Buffer {
  return Buffer.from(scope + key, 'latin1');
}
