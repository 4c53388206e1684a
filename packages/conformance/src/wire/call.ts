/** A request before it is sent: only `Host`, `Content-Length`, `User-Agent` and `Connection` are added. */
export interface Call {
  /** the origin to send to; another instance has another one */
  readonly origin: URL;
  readonly method: string;
  /** path and query */
  readonly target: string;
  readonly headers: readonly Field[];
  readonly body: Buffer;
}

export type Field = readonly [name: string, value: string];

/** The call with a header in place of all headers of that name. */
export function withHeader(call: Call, name: string, value: string): Call {
  return { ...call, headers: [...withoutHeader(call, name).headers, [name, value]] };
}

export function withoutHeader(call: Call, name: string): Call {
  return { ...call, headers: call.headers.filter(([own]) => own.toLowerCase() !== name.toLowerCase()) };
}

/** The call with a JSON value or a text as its body. */
export function withBody(call: Call, body: string): Call {
  return { ...call, body: Buffer.from(body) };
}

/** The bytes of a call. A header value is sent byte by byte, so that it may hold any byte. */
export function bytesOf(call: Call, userAgent: string): { readonly head: Buffer; readonly body: Buffer } {
  const lines = [
    `${call.method} ${call.target} HTTP/1.1`,
    `Host: ${call.origin.host}`,
    `User-Agent: ${userAgent}`,
    'Connection: close',
    `Content-Length: ${call.body.length}`,
    ...call.headers.map(([name, value]) => `${name}: ${Buffer.from(value).toString('latin1')}`),
  ];
  return { head: Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body: call.body };
}
