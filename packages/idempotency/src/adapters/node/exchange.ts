import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { KeptResponse } from '../../core/kept-response.ts';

/** A request in the form of a framework on `node:http`. */
export interface NodeExchange<Request> {
  readonly request: Request;
  readonly raw: IncomingMessage;
  /** the headers as the framework shows them to the handler; by default those of `raw` */
  readonly headers?: IncomingHttpHeaders;
  readonly response: ServerResponse;
  /** the request target as the client sent it, even under a mounted router */
  readonly target: string;
  /** the result of a body parser; read only if the body was consumed */
  parsedBody(): unknown;
  readonly requestId?: string;
  /** the address of the client, as the framework knows it */
  address?(): string | undefined;
  /** whether an answer during the run of the handler comes from another part of the application */
  isOthersAnswer?(): boolean;
  /** whether the framework has an answer already, besides one that was sent */
  isAnswered?(): boolean;
  /** whether a timeout of the framework has answered for the handler */
  hasTimedOut?(): boolean;
  /** Sends an answer in place of the handler's; by default directly on the response. */
  send?(answer: KeptResponse): void;
}
