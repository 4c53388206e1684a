import { BlockList, isIP } from 'node:net';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Whether a host is this machine. A name is not looked up: another machine could answer to it. */
export function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (host === 'localhost') return true;
  const version = isIP(host);
  return version !== 0 && loopback.check(host, version === 6 ? 'ipv6' : 'ipv4');
}

/** Whether requests may be sent to a URL: on this machine, or at a host that the user named. */
export function isAllowed(url: URL, named: readonly string[]): boolean {
  return isLoopback(url.hostname) || named.some((name) => name.toLowerCase() === url.hostname.toLowerCase());
}
