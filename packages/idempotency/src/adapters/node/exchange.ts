import type { IncomingMessage, ServerResponse } from 'node:http';
import type { KeptResponse } from '../../core/kept-response.ts';

/** A request as a framework on `node:http` has it. */
export interface NodeExchange<Request> {
  readonly request: Request;
  readonly raw: IncomingMessage;
  readonly response: ServerResponse;
  /** the request target as the client sent it, also under a mounted router */
  readonly target: string;
  /** what a body parser left; read only when the body was consumed */
  readonly parsedBody: () => unknown;
  readonly requestId?: string;
  /** the address of the client, as the framework knows it */
  readonly address?: () => string | undefined;
  /** whether an answer, while the handler runs, is not its own */
  readonly isOthersAnswer?: () => boolean;
  /** whether a timeout of the framework has answered in the place of the handler */
  readonly hasTimedOut?: () => boolean;
  /** Sends an answer in place of the handler; by default on the response itself. */
  readonly send?: (answer: KeptResponse) => void;
}
