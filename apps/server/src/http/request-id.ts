import { randomUUID } from 'node:crypto';
import { bounds } from '@billonce/contract';

const acceptable = new RegExp(`^[\\x21-\\x7e]{1,${bounds.requestIdLength}}$`);

/** The id of a request: the caller's own if it is visible ASCII and not too long, otherwise a new one. */
export function requestIdOf(sent: string | readonly string[] | undefined): string {
  return typeof sent === 'string' && acceptable.test(sent) ? sent : randomUUID();
}
