declare global {
  interface JSON {
    /** ECMAScript proposal "JSON.parse source text access", in V8 since 11.4. */
    rawJSON(text: string): unknown;
  }
}

/** An integer that `JSON.stringify` prints with all its digits, also beyond 2^53. */
export function exactInteger(value: bigint): unknown {
  return JSON.rawJSON(String(value));
}
