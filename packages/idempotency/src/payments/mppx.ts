import type { CellStore } from '../cells/cell-store.ts';
import { updateCell } from '../cells/update-cell.ts';

/** How `mppx` changes a value. */
export type MppxChange<Value, Result> =
  | { op: 'noop'; result: Result }
  | { op: 'set'; value: Value; result: Result }
  | { op: 'delete'; result: Result };

/** The values of a store of `mppx`, by their keys. */
export type MppxItems = Record<string, unknown>;

/** An `AtomicStore` of `mppx`, by its shape. */
export interface MppxAtomicStore<Items extends MppxItems = MppxItems> {
  get<Key extends keyof Items & string>(key: Key): Promise<Items[Key] | null>;
  put<Key extends keyof Items & string>(key: Key, value: Items[Key]): Promise<void>;
  delete<Key extends keyof Items & string>(key: Key): Promise<void>;
  update<Key extends keyof Items & string, Result>(
    key: Key,
    change: (current: Items[Key] | null) => MppxChange<Items[Key], Result>,
  ): Promise<Result>;
  /** Records the first use of a credential. @returns whether it was the first use */
  tryClaim<Key extends keyof Items & string>(key: Key, expires: number): Promise<boolean>;
}

/**
 * An `AtomicStore` for `mppx`. It keeps which credentials were used, and how much of a channel was spent, for all
 * instances and across restarts. The store of `mppx` itself is in memory; every other store must have an atomic update.
 *
 * @example
 * const mppx = Mppx.create({ methods: [tempo({ currency, recipient, store: mppxStore(cells) })], secretKey });
 */
export function mppxStore<Items extends MppxItems = MppxItems>(cells: CellStore): MppxAtomicStore<Items> {
  const set = async (key: string, value: unknown) => {
    const encoded = encode(value);
    await updateCell(cells, key, () => ({ op: 'set', value: encoded, result: undefined }));
  };
  return {
    async get(key) {
      const cell = await cells.read(key);
      return parseItem(cell?.value);
    },
    put: set,
    async delete(key) {
      await updateCell(cells, key, () => ({ op: 'delete', result: undefined }));
    },
    update(key, change) {
      return updateCell(cells, key, (current) => {
        const next = change(parseItem(current));
        return next.op === 'set' ? { ...next, value: encode(next.value) } : next;
      });
    },
    tryClaim(key, expires) {
      const value = encode({ expires, type: marker });
      return updateCell(cells, key, (current) =>
        isFree(current)
          ? { op: 'set', value, keepUntilMs: expires, result: true }
          : { op: 'noop', result: false },
      );
    },
  };
}

/** The mark by which `mppx` recognizes a used credential, so that its own stores can read what this one has written. */
const marker = 'mppx:replay';

/** Whether a credential was not used, or was used so long ago that it has expired. */
function isFree(current: string | undefined): boolean {
  if (current === undefined) return true;
  const value = decode(current);
  if (typeof value !== 'object' || value === null) return false;
  if (!('type' in value && value.type === marker && 'expires' in value)) return false;
  return typeof value.expires === 'number' && value.expires <= Date.now();
}

// JSON, with bigints as `mppx` writes them. A text that looks like such a bigint, or like a marked text, is marked.
const bigintMark = '#__bigint';
const textMark = '#__text';

function encode(value: unknown): string {
  const text: unknown = JSON.stringify(value, (_, member: unknown) => {
    if (typeof member === 'bigint') return `${member}${bigintMark}`;
    if (typeof member !== 'string') return member;
    return member.endsWith(bigintMark) || member.endsWith(textMark) ? member + textMark : member;
  });
  if (typeof text !== 'string')
    throw new TypeError('a value of the store must be JSON, with or without bigints');
  return text;
}

function decode(text: string): unknown {
  return JSON.parse(text, (_, member: unknown) => {
    if (typeof member !== 'string') return member;
    if (member.endsWith(textMark)) return member.slice(0, -textMark.length);
    return /^-?\d+#__bigint$/.test(member) ? BigInt(member.slice(0, -bigintMark.length)) : member;
  });
}

/** `mppx` stored this value itself, according to the types of its store. */
function parseItem<Item>(text: string | undefined): Item | null {
  return text === undefined ? null : (decode(text) as Item);
}
