const explanations = new Map<string, string>();

/** Registers what an error message says of a pattern in place of the pattern: which texts keep to it. */
export function explained(pattern: string, explanation: string): string {
  explanations.set(pattern, explanation);
  return pattern;
}

/** What was registered for a pattern. */
export function explanationOf(pattern: unknown): string | undefined {
  return typeof pattern === 'string' ? explanations.get(pattern) : undefined;
}
