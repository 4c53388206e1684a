import { isIP } from 'node:net';

/**
 * The client's IP address: that of the socket, or, behind `trustedHops` proxies, the entry of
 * `X-Forwarded-For` that the outermost trusted proxy appended. What stands further left was written by the
 * client and is never believed.
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
  // The nearest proxy appended the last entry. A shorter list than configured did not pass all of them.
  const candidate = withoutPort(hops[hops.length - trustedHops] ?? '');
  return isIP(candidate) === 0 ? socketAddress : candidate;
}

/** Some proxies add the port of the client, which is another one at each connection: `192.0.2.1:80`, `[2001:db8::1]:80`. */
export function withoutPort(hop: string): string {
  const [, v6, v4] = /^(?:\[([^\]]+)\](?::\d+)?|([\d.]+):\d+)$/.exec(hop) ?? [];
  return v6 ?? v4 ?? hop;
}
