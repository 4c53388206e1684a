import type { Client } from 'pg';
import { networkCodeOf, networkReasonOf } from '../../network-error.ts';

/** Which database a client connects to: host, port and name, without user and password. */
export function placeOf({ host, port, database }: Pick<Client, 'host' | 'port' | 'database'>): string {
  // A host that begins with a slash is the folder of a socket.
  const address = host.includes(':') ? `[${host}]` : host;
  return `the PostgreSQL database ${database ?? ''} at ${host.startsWith('/') ? host : `${address}:${port}`}`;
}

/** Why there is no connection to the database, as a sentence for the operator, with what to do. */
export function connectFault(
  client: Pick<Client, 'host' | 'port' | 'database' | 'user'>,
  error: unknown,
): string {
  const place = placeOf(client);
  switch (networkCodeOf(error)) {
    case 'ECONNREFUSED':
    case 'ENOENT':
      return `${place} cannot be reached (connection refused): start the database, or correct DATABASE_URL`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `${place} cannot be reached (the host name has no address): correct the host in DATABASE_URL`;
    case '28P01':
    case '28000':
      return `${place} refuses the user ${client.user ?? ''}: correct the user or the password in DATABASE_URL`;
    case '3D000':
      return `${place} does not exist: create it with createdb, or correct DATABASE_URL`;
  }
  return `${place} cannot be reached (${networkReasonOf(error)}): check the database and DATABASE_URL`;
}
