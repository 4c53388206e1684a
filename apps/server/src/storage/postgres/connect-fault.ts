import type { Client } from 'pg';

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
  switch (codeOf(error)) {
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
  return `${place} cannot be reached (${reasonOf(error)}): check the database and DATABASE_URL`;
}

/** A host with several addresses has a fault for each of them. */
function codeOf(error: unknown): unknown {
  if (!(error instanceof Error)) return undefined;
  const code: unknown = Reflect.get(error, 'code');
  return code ?? (error instanceof AggregateError ? codeOf(error.errors[0]) : undefined);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message === '' ? String(codeOf(error) ?? error.name) : error.message;
}
