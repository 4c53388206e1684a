/** Why a request to a server got no answer, in words: what `fetch` throws says only that it failed, its cause says why. */
export function networkFault(url: string, error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  switch (codeOf(cause)) {
    case 'ECONNREFUSED':
      return `no server listens at ${url} (connection refused): start the server, or correct its URL`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `${url} cannot be reached (the host name has no address): correct its URL`;
  }
  return `${url} cannot be reached, or the connection broke (${reasonOf(cause)})`;
}

/** A host with several addresses has a fault for each of them, and no message. */
function codeOf(error: unknown): unknown {
  if (!(error instanceof Error)) return undefined;
  const code: unknown = Reflect.get(error, 'code');
  return code ?? (error instanceof AggregateError ? codeOf(error.errors[0]) : undefined);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message === '' ? String(codeOf(error) ?? error.name) : error.message;
}
