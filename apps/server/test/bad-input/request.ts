import { Buffer } from 'node:buffer';

/** A bad request: the mistake in it, and the required answer. */
export interface BadRequest {
  readonly what: string;
  readonly bytes: string | Buffer;
  readonly status: number;
  readonly code: string;
  /** the JSON pointer of one of its faults */
  readonly pointer?: string | undefined;
}

/** The bytes of a request without a body. */
export function ask(line: string, ...headers: string[]): string {
  return [`${line} HTTP/1.1`, 'Host: localhost', ...headers, '', ''].join('\r\n');
}

/** The bytes of a POST request with exactly the caller's headers. */
export function bare(path: string, body: string | Buffer, ...headers: string[]): Buffer {
  const head = [`POST /api/v1${path} HTTP/1.1`, 'Host: localhost', ...headers, '', ''].join('\r\n');
  return Buffer.concat([Buffer.from(head), Buffer.from(body)]);
}
