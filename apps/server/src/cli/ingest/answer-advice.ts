import type { ErrorAnswer } from './error-answer.ts';

/** An answer that ends an ingestion, and what was sent in the request. */
export interface EndingAnswer extends Pick<ErrorAnswer, 'code' | 'isAboutItems'> {
  readonly status: number;
  readonly apiKey: string | undefined;
  readonly tenant: string | undefined;
}

const again =
  'then run the same command again: the server recognizes items that it already has by their ids.';

/** The next step after an answer that further attempts would not change. */
export function adviceOn({ status, code, isAboutItems, apiKey, tenant }: EndingAnswer): string {
  // More items than the operator allows now, or than the contract allows, or too many bytes.
  if (isAboutItems || status === 413) return `Give a lower --batch, ${again}`;
  switch (code ?? '') {
    case 'unauthorized':
      return apiKey === undefined
        ? `The server needs an API key: give one in BILLONCE_API_KEY or with --api-key, ${again}`
        : `The server does not know this API key: correct BILLONCE_API_KEY or --api-key, ${again}`;
    case 'forbidden':
      return tenant === undefined
        ? `This is the admin key: name the tenant with --tenant NAME, or give an API key of the tenant, ${again}`
        : `Only the admin key acts for a tenant that it names: leave out --tenant and BILLONCE_TENANT, or give the key of that tenant, ${again}`;
    case 'insufficient_scope':
      return `Give an API key with the scope record that is not bound to another agent or service, ${again}`;
    case 'address_not_allowed':
      return `Run the command on a machine whose address the API key allows, or give another API key, ${again}`;
    case 'unknown_tenant':
      return `Correct --tenant or BILLONCE_TENANT; a new tenant begins with its first API key, ${again}`;
    case 'idempotency_key_in_future':
    case 'idempotency_key_expired':
      return `Set the clock of this machine, ${again}`;
    case 'rate_limited':
    case 'quota_exceeded':
      return `Wait until the limit of the tenant has room, or give a lower --concurrency, ${again}`;
    case 'service_paused':
      return `Ask the operator to unpause the server, ${again}`;
  }
  if (status >= 500 || status === 408 || status === 425 || status === 429)
    return `Look for the reason in the log of the server, ${again}`;
  if (code === undefined || code === 'not_found' || code === 'method_not_allowed')
    return `Correct --server or BILLONCE_URL: no Billonce answers there; ${again}`;
  return `The server does not accept the requests of this version of billonce: use the same version for both, ${again}`;
}
