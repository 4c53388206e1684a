const explanations = new Map<string, string>();

/** Registers the text that an error message shows instead of a pattern: it describes which texts match. */
export function explained(pattern: string, explanation: string): string {
  explanations.set(pattern, explanation);
  return pattern;
}

/** The text that was registered for a pattern. */
export function explanationOf(pattern: unknown): string | undefined {
  return typeof pattern === 'string' ? explanations.get(pattern) : undefined;
}
