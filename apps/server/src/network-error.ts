/** The code of a network error, such as `ECONNREFUSED`. A host with several addresses has an error for each of them. */
export function networkCodeOf(error: unknown): unknown {
  if (!(error instanceof Error)) return undefined;
  const code: unknown = Reflect.get(error, 'code');
  return code ?? (error instanceof AggregateError ? networkCodeOf(error.errors[0]) : undefined);
}

/** The text of a network error: its message, or its code if it has none. */
export function networkReasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message === '' ? String(networkCodeOf(error) ?? error.name) : error.message;
}
