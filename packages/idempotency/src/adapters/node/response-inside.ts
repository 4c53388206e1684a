import type { ServerResponse } from 'node:http';

/** Internal parts of a Node response, which determine `headersSent` and `closed`. */
interface Inside {
  _header: string | null;
  _closed?: boolean;
}

/** A response with its internal parts. Every response in Node 22 and 24 has them, but the types do not show them. */
export function inside(response: ServerResponse & Partial<Inside>): Inside {
  return response as Inside;
}
