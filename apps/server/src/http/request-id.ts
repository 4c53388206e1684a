import { randomUUID } from 'node:crypto';

const acceptable = /^[\x21-\x7e]{1,200}$/;

/** The id of a request: the caller's own if it is 1-200 visible ASCII characters, otherwise a new one. */
export function requestIdOf(sent: string | readonly string[] | undefined): string {
  return typeof sent === 'string' && acceptable.test(sent) ? sent : randomUUID();
}
