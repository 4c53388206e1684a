/** After what a timeout of a framework answers whose handler waits for a law: long enough for the handler to have begun. */
export const timeoutMs = 100;
