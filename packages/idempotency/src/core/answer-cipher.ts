import { deriveKey, seal, unseal } from './aes-gcm.ts';
import type { Slot, StoredAnswer } from './store.ts';

/** One key that stored answers are encrypted with. */
export interface EncryptionKey {
  /** names the key in every record that it encrypted: 1 to 32 visible ASCII characters */
  readonly id: string;
  /** 32 bytes */
  readonly secret: Uint8Array;
}

// An encrypted answer is: version, length of the key's id, id, and the text as `aes-gcm.ts` seals it. A plain answer begins with a
// digit.
/** Encrypted with the configured key itself. Still read, no longer written. */
const undivided = 1;
/** Encrypted with a key derived for the slot. */
const perSlot = 2;

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
    const text = seal(answer, slotKey(key, slot), slotBytes(slot));
    return Buffer.concat([Buffer.of(perSlot, id.length), id, text]);
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
    const secret = stored[0] === perSlot ? slotKey(key, slot) : key.secret;
    const text = unseal(bytes.subarray(idEnd), secret, slotBytes(slot));
    if (text === undefined)
      throw new Error('a stored answer was changed, or was stored for another request: it does not decrypt');
    return text;
  }
}

function slotKey({ secret }: EncryptionKey, slot: Slot): Uint8Array {
  return deriveKey(secret, slotBytes(slot));
}

function slotBytes({ scope, key }: Slot): Buffer {
  return Buffer.from(scope + key, 'latin1');
}
