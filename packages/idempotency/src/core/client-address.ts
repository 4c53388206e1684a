import { isIP } from 'node:net';

/**
 * The client's IP address: that of the socket, or, behind `trustedHops` proxies, the entry of `X-Forwarded-For` that
 * the outermost trusted proxy appended. Entries to the left of it were written by the client and are never trusted.
 *
 * @param forwardedFor all values of the header joined by commas, in their order
 */
export function clientAddress(
  socketAddress: string,
  forwardedFor: string | undefined,
  trustedHops: number,
): string {
  if (trustedHops === 0 || forwardedFor === undefined) return socketAddress;
  const hops = forwardedFor.split(',').map((hop) => hop.trim());
  // The nearest proxy appended the last entry. If the list is shorter than configured, the request did not pass all
  // proxies.
  const candidate = withoutPort(hops[hops.length - trustedHops] ?? '');
  return isIP(candidate) === 0 ? socketAddress : candidate;
}

/** Some proxies add the client's port, which differs for each connection: `192.0.2.1:80`, `[2001:db8::1]:80`. */
export function withoutPort(hop: string): string {
  const [, v6, v4] = /^(?:\[([^\]]+)\](?::\d+)?|([\d.]+):\d+)$/.exec(hop) ?? [];
  return v6 ?? v4 ?? hop;
}
