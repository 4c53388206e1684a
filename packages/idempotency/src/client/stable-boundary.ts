import { bodyDigest } from './body-digest.ts';

/** A body and its media type, which names its boundary. */
export interface MultipartBody {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly contentType: string;
}

/**
 * Gives a serialised form a boundary derived from its content. The platform draws a new one each time, so the same
 * form, sent after a restart, would be another request with the same key.
 *
 * The digest is cryptographic, so that no part can be crafted to contain it.
 */
export async function withStableBoundary(form: MultipartBody): Promise<MultipartBody> {
  const boundary = /^multipart\/form-data; ?boundary=([\w'()+,./:=?-]+)$/.exec(form.contentType)?.[1];
  if (boundary === undefined) return form;
  const parts = split(form.bytes, new TextEncoder().encode(boundary));
  const digest = await bodyDigest(join(parts, new Uint8Array()));
  const stable = `billonce-${digest.slice(0, 40)}`;
  const bytes = join(parts, new TextEncoder().encode(stable));
  return { bytes, contentType: `multipart/form-data; boundary=${stable}` };
}

function split(bytes: Uint8Array, mark: Uint8Array): readonly Uint8Array[] {
  const parts: Uint8Array[] = [];
  let start = 0;
  for (let at = find(bytes, mark, 0); at !== -1; at = find(bytes, mark, start)) {
    parts.push(bytes.subarray(start, at));
    start = at + mark.length;
  }
  return [...parts, bytes.subarray(start)];
}

function find(bytes: Uint8Array, mark: Uint8Array, from: number): number {
  const [first = 0] = mark;
  for (let at = bytes.indexOf(first, from); at !== -1; at = bytes.indexOf(first, at + 1)) {
    if (mark.every((byte, offset) => bytes[at + offset] === byte)) return at;
  }
  return -1;
}

function join(parts: readonly Uint8Array[], mark: Uint8Array): Uint8Array<ArrayBuffer> {
  const length = parts.reduce((sum, part) => sum + part.length, mark.length * (parts.length - 1));
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const [index, part] of parts.entries()) {
    if (index > 0) {
      bytes.set(mark, at);
      at += mark.length;
    }
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
