import zlib, { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';

type Decode = (bytes: Uint8Array, options: { maxOutputLength: number }) => Uint8Array;

const decoders: Readonly<Record<string, Decode | undefined>> = {
  gzip: gunzipSync,
  'x-gzip': gunzipSync,
  deflate: inflateSync,
  br: brotliDecompressSync,
  // Not imported by name: a runtime without it could not load this module.
  zstd: zlib.zstdDecompressSync,
};

/**
 * The bytes of a request that are compared: without content coding, which may differ at each attempt. A body that
 * cannot be decoded is compared as it arrived.
 */
export function comparedBytes(
  body: Uint8Array,
  contentEncoding: string | null | undefined,
  bytesMax: number,
): Uint8Array {
  if (contentEncoding === undefined || contentEncoding === null || body.length === 0) return body;
  return withoutContentCoding(body, contentEncoding, bytesMax) ?? body;
}

/**
 * The bytes of a body without its content coding, which is negotiated again for each answer.
 *
 * @returns `undefined` if the coding is unknown, the body does not have this coding, or it is larger than `bytesMax`
 */
export function withoutContentCoding(
  body: Uint8Array,
  contentEncoding: string,
  bytesMax: number,
): Uint8Array | undefined {
  const codings = contentEncoding.split(',').map((coding) => coding.trim().toLowerCase());
  let bytes = body;
  for (const coding of codings.reverse()) {
    if (coding === 'identity' || coding === '') continue;
    const decode = decoders[coding];
    if (decode === undefined) return undefined;
    try {
      bytes = decode(bytes, { maxOutputLength: Math.max(1, bytesMax) });
    } catch {
      return undefined;
    }
  }
  return bytes;
}
