/**
 * What a body of several parts is compared by: the parts in their order, each with its headers. The boundary between them
 * is another one at each attempt of most clients.
 *
 * @returns `undefined` for what is no such body
 * @see RFC 2046, section 5.1.1
 */
export function comparableParts(body: Uint8Array, contentType: string): Uint8Array | undefined {
  const boundary = boundaryOf(contentType);
  if (boundary === undefined) return undefined;
  // With a line break in front, a delimiter at the beginning is found as all others are.
  const bytes = Buffer.concat([lineBreak, body]);
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  const pieces: Uint8Array[] = [];
  let at = bytes.indexOf(delimiter);
  while (at >= 0) {
    const from = at + delimiter.length;
    if (bytes.subarray(from, from + 2).equals(closing)) return Buffer.concat(pieces);
    const start = bytes.indexOf(lineBreak, from);
    const end = bytes.indexOf(delimiter, from);
    if (start < 0 || end < start) return undefined;
    // After a boundary a line has nothing but white space: this one is longer, and part of the content.
    if (bytes.subarray(from, start).some((byte) => byte !== 0x20 && byte !== 0x09)) return undefined;
    const part = bytes.subarray(start + lineBreak.length, Math.max(start + lineBreak.length, end));
    pieces.push(Buffer.from(`${part.length}:`), part);
    at = end;
  }
  return undefined;
}

const lineBreak = Buffer.from('\r\n');
const closing = Buffer.from('--');

/** Whether a media type is one of several parts. */
export function isMultipart(contentType: string | undefined): contentType is string {
  return contentType !== undefined && /^multipart\//i.test(contentType);
}

/** The boundary that a media type of several parts names. */
export function boundaryOf(contentType: string): string | undefined {
  const [, quoted, bare] = /;\s*boundary=(?:"([^"]+)"|([^\s;"]+))/i.exec(contentType) ?? [];
  return quoted ?? bare;
}
