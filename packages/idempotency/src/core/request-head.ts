/** Every value of a header as it came: Node joins those that were sent twice. */
export function fieldLines(rawHeaders: readonly string[], name: string): string[] {
  const lines: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const field = rawHeaders[at] ?? '';
    if (field.length === name.length && field.toLowerCase() === name) lines.push(rawHeaders[at + 1] ?? '');
  }
  return lines;
}

/** Path and query of a request target. */
export function splitTarget(target: string): { readonly path: string; readonly query: string } {
  const at = target.indexOf('?');
  return at < 0 ? { path: target, query: '' } : { path: target.slice(0, at), query: target.slice(at + 1) };
}

const plainRequestId = /^[\w.:-]{1,128}$/;

/** Whether a text is a request id that can be told again: what a stranger sends must not forge a line of a log. */
export function isRequestId(text: string): boolean {
  return plainRequestId.test(text);
}
