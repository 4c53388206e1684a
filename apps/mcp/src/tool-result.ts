import { BillonceError } from '@billonce/client';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';

/** A result: text for a model, and structured content for a program. */
export function done(result: object): CallToolResult {
  return { content: [{ type: 'text', text: JSON.stringify(result) }], structuredContent: { ...result } };
}

/** A call that did nothing, and what the model can do. */
export function refused(text: string): CallToolResult {
  return { isError: true, content: [{ type: 'text', text }] };
}

/** The result of work that may fail. An error of the program itself is not shown to the model. */
export async function resultOf(
  work: () => Promise<CallToolResult>,
  explain: (error: BillonceError) => string,
): Promise<CallToolResult> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof BillonceError)) throw error;
    const id = error.requestId === undefined ? '' : ` (request ${error.requestId})`;
    return refused(`${error.code}: ${error.message}${id}. ${explain(error)}`);
  }
}

/** What a model can do after an error of a read. */
export function adviceOnRead({ retry }: BillonceError): string {
  return retry === 'same_request' ? 'Try again later.' : 'Correct the arguments.';
}

/**
 * Refusals that say nothing about an earlier attempt whose answer was lost: the server sends them before it checks the
 * key.
 */
const early: ReadonlySet<string> = new Set(['rate_limited', 'request_timeout']);

/** Whether a call that failed may have done something. */
export function isUnanswered({ code, retry, status }: BillonceError): boolean {
  return retry === 'same_request' && (status === undefined || status >= 500 || early.has(code));
}

/** What a model can do after a write that was refused, and did nothing. */
export function adviceOnRefusal({ retry }: BillonceError): string {
  return retry === 'same_request' ? 'Call again later with the same arguments.' : 'Correct the arguments.';
}
