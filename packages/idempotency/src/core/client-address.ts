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
  const candidate = hops[hops.length - trustedHops];
  if (candidate === undefined || isIP(candidate) === 0) return socketAddress;
  return candidate;
}
