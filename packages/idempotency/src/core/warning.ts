/** A configuration that is most likely unintended, and that makes the protection weaker than it looks. */
export type WarningCode = keyof typeof warningMessages;

/** What is wrong and what to do. */
export const warningMessages = {
  untrusted_forwarded_header:
    "a request has a forwarded address, and nothing says that its proxy is to be trusted: all clients of the proxy are one caller, and get each other's answers. Give tenantOf, trustedProxies, or the framework's own setting for proxies; trustedProxies: 0 if there is none",
  misspelled_key_header:
    'a request has no key where keys are looked for, by default in the header Idempotency-Key, and a header with a name like it, X-Idempotency-Key for example: it was executed without protection. If clients send their keys there, give keyOf',
  refusal_not_rendered:
    'renderRefusal threw, or returned something that is not a refusal: the refusal was sent in the form of the profile',
  evicting_server:
    'the Redis server of a store evicts keys when it is full, and an evicted key is executed again. Set maxmemory-policy noeviction',
  unprotected_context:
    'the interceptor was given an execution that is not an HTTP request to a route, and cannot protect it: it goes on without protection',
} as const;

/** Headers that look like the key, but are not read. */
export const misspelledKeyHeaders = [
  'x-idempotency-key',
  'idempotencykey',
  'idempotency_key',
  'idempotent-key',
  'x-idempotent-key',
  'idempotence-key',
] as const;

/** Prints a warning where the operator of the process sees it. */
export function warnLoudly(code: WarningCode): void {
  if (typeof process === 'undefined' || typeof process.emitWarning !== 'function') return;
  process.emitWarning(warningMessages[code], { type: 'IdempotencyWarning', code });
}
