/**
 * Every value of a header of a request on Node. `rawHeaders` shows that a header was sent twice, while `headers` joins
 * the two. Only `headers` has a header that a serverless bridge or an earlier middleware has set.
 */
export function headerValues(
  request: { readonly headers: HeaderRecord; readonly rawHeaders: readonly string[] },
  name: string,
): readonly string[] {
  const sent = fieldLines(request.rawHeaders, name);
  if (sent.length > 1) return sent;
  const value = request.headers[name];
  if (value === undefined) return sent;
  return typeof value === 'string' ? [value] : value;
}

type HeaderRecord = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Every value of a header as it arrived: Node joins those that were sent twice. */
export function fieldLines(rawHeaders: readonly string[], name: string): string[] {
  const lines: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const field = rawHeaders[at] ?? '';
    if (field.length === name.length && field.toLowerCase() === name) lines.push(rawHeaders[at + 1] ?? '');
  }
  return lines;
}

/**
 * Path and query of a request target. A proxy may send the whole URL (RFC 9112, section 3.2.2): it is the same request.
 */
export function splitTarget(target: string): { readonly path: string; readonly query: string } {
  const origin = target.startsWith('/') ? '' : (/^[a-z][a-z0-9+.-]*:\/\/[^/?]*/i.exec(target)?.[0] ?? '');
  const at = target.indexOf('?');
  const path = target.slice(origin.length, at < 0 ? undefined : at);
  return { path: path === '' ? '/' : path, query: at < 0 ? '' : target.slice(at + 1) };
}

const plainRequestId = /^[\w.:=+/-]{1,255}$/;

/** Whether a text is a request id that is safe to repeat: a client must not be able to forge a line of a log. */
export function isRequestId(text: string): boolean {
  return plainRequestId.test(text);
}

/** The id that an application gave a request, if it is safe to repeat. */
export function parseRequestId(id: unknown): string | undefined {
  const text = typeof id === 'number' ? String(id) : id;
  return typeof text === 'string' && isRequestId(text) ? text : undefined;
}
