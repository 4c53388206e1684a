import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';

/**
 * x402 for Express holds back the handler's writes, and reads `statusCode` and the headers of the response. The
 * arguments of `writeHead` are copied there; otherwise a handler's errors would be charged for.
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

/** Alternating names and values, or pairs of them. */
function setList(response: ServerResponse, headers: readonly unknown[]): void {
  const flat = headers.flat();
  for (let at = 0; at + 1 < flat.length; at += 2) {
    response.appendHeader(String(flat[at]), String(flat[at + 1]));
  }
}
