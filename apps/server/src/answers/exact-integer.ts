declare global {
  interface JSON {
    /**
     * ECMAScript proposal "JSON.parse source text access", in V8 since 11.4. Its result is printed as a number, and has no
     * other use.
     */
    rawJSON(text: string): number;
  }
}

/** An integer that `JSON.stringify` prints with all its digits, also beyond 2^53. */
export function exactInteger(value: bigint): number {
  return JSON.rawJSON(String(value));
}
