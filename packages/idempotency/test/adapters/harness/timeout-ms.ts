/** The timeout of a framework for a handler that waits for a law: long enough for the handler to begin. */
export const timeoutMs = 100;
