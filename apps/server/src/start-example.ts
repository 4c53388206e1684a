import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import type { Config } from './config.ts';

/** A request to try, for a shell on the server's machine. */
export interface StartExample {
  /** the lines of the command, as they are typed */
  readonly command: readonly string[];
  /** what must be known or done for it to work */
  readonly notes: readonly string[];
}

/** How curl reaches the server: the options, and the URL without a path. */
interface Reach {
  readonly options: readonly string[];
  readonly url: string;
  readonly notes: readonly string[];
}

/**
 * A write that works as printed, even over TLS with a certificate that no authority has signed.
 *
 * @param certificate in PEM, as the server presents it
 */
export function startExample(
  url: string,
  { adminApiKey, tls }: Pick<Config, 'adminApiKey' | 'tls'>,
  certificate: string | undefined,
): StartExample {
  const reach =
    tls === undefined || certificate === undefined
      ? { options: [], url: localUrl(url), notes: [] }
      : overTls(new URL(localUrl(url)), new X509Certificate(certificate), resolve(tls.certFile));
  const asAdmin =
    adminApiKey === undefined
      ? []
      : [`-H "X-API-Key: $ADMIN_API_KEY" -H 'X-Tenant: demo' -H 'X-Tenant-Create: true' \\`];
  const keyNotes =
    adminApiKey === undefined
      ? []
      : ['ADMIN_API_KEY must be set in the shell where you type this; without it the answer is 401'];
  return {
    command: [
      `curl -i ${[...reach.options, quoted(`${reach.url}/api/v1/usage`)].join(' ')} \\`,
      ...asAdmin,
      "-H 'Content-Type: application/json' -H 'Idempotency-Key: my-first-key' \\",
      `-d '{"agent":"agent-7","serviceId":"search","requests":3}'`,
    ],
    notes: [...reach.notes, ...keyNotes],
  };
}

/** The URL at which this machine reaches a server that listens on all addresses. */
function localUrl(url: string): string {
  return url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');
}

function overTls(address: URL, certificate: X509Certificate, certFile: string): Reach {
  const host = address.hostname.replace(/^\[|\]$/g, '');
  const name = nameIn(certificate, host);
  if (name === undefined) {
    const notes = ['-k: the certificate names no host that curl could compare, so curl does not check it'];
    return { options: ['-k'], url: address.origin, notes };
  }
  const isLocal = name === host || (name === 'localhost' && ['127.0.0.1', '::1'].includes(host));
  const resolved = isLocal ? [] : ['--resolve', quoted(`${name}:${address.port}:${address.hostname}`)];
  const isSelfSigned = certificate.checkIssued(certificate);
  return {
    options: [...resolved, ...(isSelfSigned ? ['--cacert', quoted(certFile)] : [])],
    url: name === host ? address.origin : `https://${name}:${address.port}`,
    notes: [
      isSelfSigned
        ? '--cacert: the certificate is self-signed, and curl trusts it with its file only (-k would check nothing)'
        : 'if curl does not know the authority of the certificate, add --cacert with the file of that authority',
    ],
  };
}

/** The configured host if the certificate is valid for it, otherwise the certificate's first name. */
function nameIn(certificate: X509Certificate, host: string): string | undefined {
  const isFor = isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host);
  if (isFor !== undefined) return host;
  const names = [...(certificate.subjectAltName ?? '').matchAll(/DNS:([A-Za-z0-9.-]+)(?:,|$)/g)];
  return names[0]?.[1];
}

/** A word in a form that a shell leaves unchanged. */
function quoted(word: string): string {
  return /^[\w/.:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
