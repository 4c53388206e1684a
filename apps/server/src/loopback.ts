/** Whether a host (a name or an address, without a port) can only be this machine. */
export function isLoopbackHost(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[|\]$/g, '');
  return name === 'localhost' || name === '::1' || /^127(?:\.\d{1,3}){3}$/.test(name);
}

/** The host of a `Host` header, without its port. */
export function hostWithoutPort(header: string): string {
  return header.replace(/:\d+$/, '');
}
