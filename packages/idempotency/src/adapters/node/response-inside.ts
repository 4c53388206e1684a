import type { ServerResponse } from 'node:http';

/** The parts of a response that Node keeps to itself, and that stand behind `headersSent` and `closed`. */
interface Inside {
  _header: string | null;
  _closed?: boolean;
}

/** A response as Node sees it: what every one has in Node 22 and 24, and its types do not tell. */
export function inside(response: ServerResponse & Partial<Inside>): Inside {
  return response as Inside;
}
