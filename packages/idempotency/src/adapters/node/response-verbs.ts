import type { ServerResponse } from 'node:http';

/** The functions of a response that are replaced while it is held. */
export type ResponseVerbs = Pick<
  ServerResponse,
  'write' | 'end' | 'writeHead' | 'flushHeaders' | 'emit' | 'destroy'
>;

export function verbsOf(response: ServerResponse): ResponseVerbs {
  const { write, end, writeHead, flushHeaders, emit, destroy } = response;
  return { write, end, writeHead, flushHeaders, emit, destroy };
}

export function setVerbs(response: ServerResponse, verbs: ResponseVerbs): void {
  const { write, end, writeHead, flushHeaders, emit, destroy } = verbs;
  response.write = write;
  response.end = end;
  response.writeHead = writeHead;
  response.flushHeaders = flushHeaders;
  response.emit = emit;
  response.destroy = destroy;
}
