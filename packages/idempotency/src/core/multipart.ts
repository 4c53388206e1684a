/**
 * The form of a multipart body that is compared: the parts in their order, each with its headers. Most clients choose a
 * new boundary for each attempt, so the boundary is left out.
 *
 * @returns `undefined` if it is not a multipart body
 * @see RFC 2046, section 5.1.1
 */
export function comparableParts(body: Uint8Array, contentType: string): Uint8Array | undefined {
  const boundary = boundaryOf(contentType);
  if (boundary === undefined) return undefined;
  // With a line break put before the body, a delimiter at its beginning is found like all others.
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
    // A boundary may be followed only by white space in its line. This line has more, so it is content.
    if (bytes.subarray(from, start).some((byte) => byte !== 0x20 && byte !== 0x09)) return undefined;
    const part = bytes.subarray(start + lineBreak.length, Math.max(start + lineBreak.length, end));
    pieces.push(Buffer.from(`${part.length}:`), part);
    at = end;
  }
  return undefined;
}

const lineBreak = Buffer.from('\r\n');
const closing = Buffer.from('--');

/** Whether a media type is multipart. */
export function isMultipart(contentType: string | undefined): contentType is string {
  return contentType !== undefined && /^multipart\//i.test(contentType);
}

/** The boundary named in a multipart media type. */
export function boundaryOf(contentType: string): string | undefined {
  const [, quoted, bare] = /;\s*boundary=(?:"([^"]+)"|([^\s;"]+))/i.exec(contentType) ?? [];
  return quoted ?? bare;
}
