import { type OutgoingHttpHeader, type OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { inside } from './response-inside.ts';
import { setHeaders } from './written.ts';

/** Stored where Node keeps the head of a response, once the head counts as sent. */
const headHeld = 'held back';

/** The head of a held response: from the first write on, Node and the handler treat it as sent. */
export class HeldHead {
  readonly #response: ServerResponse;
  readonly #writeHead: ServerResponse['writeHead'];

  constructor(response: ServerResponse, writeHead: ServerResponse['writeHead']) {
    this.#response = response;
    this.#writeHead = writeHead;
  }

  /** Whether the head counts as sent: Node then refuses to change it. */
  get hasBegun(): boolean {
    return inside(this.#response)._header !== null;
  }

  /**
   * From now on the head counts as sent. Libraries such as `on-headers` install their own `writeHead` on a response, to
   * set headers when the first byte is written. Node calls that function, and so do we.
   */
  begin(): void {
    if (!this.hasBegun) this.#response.writeHead(this.#response.statusCode);
    inside(this.#response)._header ??= headHeld;
  }

  /** The function that is installed as `writeHead` on the response. */
  write(
    status: number,
    reason?: string | OutgoingHttpHeaders | OutgoingHttpHeader[],
    more?: OutgoingHttpHeaders | OutgoingHttpHeader[],
  ): void {
    const response = this.#response;
    checkStatus(status);
    // Node reports what is wrong with a second head.
    if (this.hasBegun) ServerResponse.prototype.writeHead.call(response, status);
    response.statusCode = status;
    if (typeof reason === 'string') response.statusMessage = reason;
    setHeaders(response, typeof reason === 'string' ? more : (reason ?? more));
    inside(response)._header = headHeld;
  }

  /** Returns the head to Node: it is sent with the first byte. */
  giveBack(): void {
    inside(this.#response)._header = null;
  }

  /** Creates the head, for the body that follows now. */
  send(): void {
    this.giveBack();
    this.#writeHead.call(this.#response, this.#response.statusCode);
  }
}

/** @throws {RangeError} if it is not a valid status, as Node does */
export function checkStatus(status: number): void {
  if (Number.isInteger(status) && status >= 100 && status <= 999) return;
  throw new RangeError(`Invalid status code: ${status}`);
}
