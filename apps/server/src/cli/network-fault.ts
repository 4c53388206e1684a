import { networkCodeOf, networkReasonOf } from '../network-error.ts';

/** Why a request to a server got no answer, in words: what `fetch` throws says only that it failed, its cause says why. */
export function networkFault(url: string, error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  switch (networkCodeOf(cause)) {
    case 'ECONNREFUSED':
      return `no server listens at ${url} (connection refused): start the server, or correct its URL`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `${url} cannot be reached (the host name has no address): correct its URL`;
  }
  return `${url} cannot be reached, or the connection broke (${networkReasonOf(cause)})`;
}
