import { type OutgoingHttpHeader, type OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { inside } from './response-inside.ts';
import { setHeaders } from './written.ts';

/** What stands where Node keeps the head of a response, once it counts as sent. */
const headHeld = 'held back';

/** The head of a response that is held: from the first write on, Node and the handler take it for sent. */
export class HeldHead {
  readonly #response: ServerResponse;
  readonly #writeHead: ServerResponse['writeHead'];

  constructor(response: ServerResponse, writeHead: ServerResponse['writeHead']) {
    this.#response = response;
    this.#writeHead = writeHead;
  }

  /** Whether it counts as sent: Node itself then refuses to change it. */
  get hasBegun(): boolean {
    return inside(this.#response)._header !== null;
  }

  /**
   * From now on it counts as sent. Libraries such as `on-headers` put their own `writeHead` on a response, to set headers
   * when the first byte is written. Node calls that one, and so do we.
   */
  begin(): void {
    if (!this.hasBegun) this.#response.writeHead(this.#response.statusCode);
    inside(this.#response)._header ??= headHeld;
  }

  /** What stands as `writeHead` on the response. */
  write(
    status: number,
    reason?: string | OutgoingHttpHeaders | OutgoingHttpHeader[],
    more?: OutgoingHttpHeaders | OutgoingHttpHeader[],
  ): void {
    const response = this.#response;
    checkStatus(status);
    // Node says what is wrong with a second head.
    if (this.hasBegun) ServerResponse.prototype.writeHead.call(response, status);
    response.statusCode = status;
    if (typeof reason === 'string') response.statusMessage = reason;
    setHeaders(response, typeof reason === 'string' ? more : (reason ?? more));
    inside(response)._header = headHeld;
  }

  /** Leaves it to Node again: it goes out with the first byte. */
  giveBack(): void {
    inside(this.#response)._header = null;
  }

  /** Makes it, for the body that follows now. */
  send(): void {
    this.giveBack();
    this.#writeHead.call(this.#response, this.#response.statusCode);
  }
}

/** @throws {RangeError} as Node does, for what is no status */
export function checkStatus(status: number): void {
  if (Number.isInteger(status) && status >= 100 && status <= 999) return;
  throw new RangeError(`Invalid status code: ${status}`);
}
