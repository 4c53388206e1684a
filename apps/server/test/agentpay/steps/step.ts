/** These stand for any value of their type. */
export const number = 'a number';
export const text = 'a text';

/** A request that AgentPay documents, and the documented answer. */
export interface Step {
  readonly send: string;
  readonly body?: unknown;
  readonly status: number;
  /** members that AgentPay documents; `number` and `text` stand for any of their type */
  readonly answer?: Readonly<Record<string, unknown>>;
  /** lists of the answer may have more items */
  readonly isPartial?: true;
  readonly error?: string;
  readonly by?: 'operator';
}

export const account = { agent: 'agent-abc', serviceId: 'svc-llm' };
export const usage = { ...account, requests: 10 };
export const service = { serviceId: 'svc-llm', priceStroops: 250_000 };
export const notFound = { status: 404, error: 'not_found' } as const;
export const invalid = { status: 400, error: 'invalid_request' } as const;
