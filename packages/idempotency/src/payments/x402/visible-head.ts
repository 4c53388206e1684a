import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';

/**
 * x402 for Express holds back what a handler writes, and looks at `statusCode` and at the headers of the response. What a
 * handler gives to `writeHead` is put there as well: otherwise its errors would be charged for.
 */
export function showHead(response: ServerResponse): void {
  const { writeHead } = response;
  response.writeHead = (status: number, ...rest: unknown[]) => {
    response.statusCode = status;
    const headers = rest.at(-1);
    if (Array.isArray(headers)) setList(response, headers);
    else if (typeof headers === 'object' && headers !== null)
      setRecord(response, headers as OutgoingHttpHeaders);
    return writeHead.call(response, status);
  };
}

function setRecord(response: ServerResponse, headers: OutgoingHttpHeaders): void {
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) response.setHeader(name, value);
  }
}

/** Names and values in turn, or pairs of them. */
function setList(response: ServerResponse, headers: readonly unknown[]): void {
  const flat = headers.flat();
  for (let at = 0; at + 1 < flat.length; at += 2) {
    response.appendHeader(String(flat[at]), String(flat[at + 1]));
  }
}
