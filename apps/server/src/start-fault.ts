import type { Config } from './config.ts';

/** Why a server did not start, as one sentence for the operator, with what to do. */
export function startFault(error: unknown, { host, port }: Pick<Config, 'host' | 'port'>): string {
  if (!(error instanceof Error)) return String(error);
  if (Reflect.get(error, 'syscall') === 'getaddrinfo') {
    return `HOST is ${host}, a name that has no address: set HOST to an address of this machine`;
  }
  switch (Reflect.get(error, 'code')) {
    case 'EADDRINUSE':
      return `port ${port} on ${host} is in use by another program: stop that program, or set PORT to a free port`;
    case 'EACCES':
      return `this user may not listen on port ${port}: set PORT to 1024 or above, or allow the user to use lower ports`;
    case 'EADDRNOTAVAIL':
      return `HOST is ${host}, which is not an address of this machine: set HOST to one that is`;
  }
  return error.message;
}
