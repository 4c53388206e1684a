import { networkCodeOf, networkReasonOf } from '../network-error.ts';

/** Why a request got no answer, as text: the error of `fetch` only says that it failed; its cause says why. */
export function networkFault(url: string, error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  switch (networkCodeOf(cause)) {
    case 'ECONNREFUSED':
      return `no server listens at ${url} (connection refused): start the server, or correct its URL`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `${url} cannot be reached (the host name has no address): correct its URL`;
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return `the certificate of ${url} is from an authority that is not trusted here: name its file in NODE_EXTRA_CA_CERTS`;
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `the certificate of ${url} is for other names: correct the host in its URL`;
    case 'CERT_HAS_EXPIRED':
      return `the certificate of ${url} has expired: renew it`;
    case 'EPROTO':
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
      return `${url} does not speak TLS: correct its URL, perhaps to http://`;
  }
  return `${url} cannot be reached, or the connection broke (${networkReasonOf(cause)})`;
}
