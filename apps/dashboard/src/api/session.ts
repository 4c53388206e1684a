import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Client, Credentials } from './client.ts';
import type { BodyOf } from './types.ts';

/** The caller that the server recognizes in this tab. */
export type Caller = BodyOf<'readCaller'>;
type Scope = Caller['scopes'][number];

/** Who is signed in, and what this session may do. */
export interface Session {
  readonly client: Client;
  readonly caller: Caller;
  readonly signOut: () => void;
  readonly chooseTenant: (tenant: string) => void;
}

const storedNames = { apiKey: 'billonce.api-key', tenant: 'billonce.tenant' } as const;

/** Credentials are kept for this tab only: also when the browser opens it again after it was closed. */
export function storedCredentials(): Credentials {
  return {
    apiKey: sessionStorage.getItem(storedNames.apiKey) ?? undefined,
    tenant: sessionStorage.getItem(storedNames.tenant) ?? undefined,
  };
}

export function storeCredentials(credentials: Credentials): void {
  for (const name of ['apiKey', 'tenant'] as const) {
    const value = credentials[name];
    if (value === undefined) sessionStorage.removeItem(storedNames[name]);
    else sessionStorage.setItem(storedNames[name], value);
  }
}

const SessionContext = createContext<Session | undefined>(undefined);
export const SessionProvider = SessionContext.Provider;

/** The session of the page that is shown. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === undefined) throw new Error('no one is signed in');
  return session;
}

/** Whether the caller has a scope. The server decides; the page only leaves out what it would refuse. */
export function may({ scopes }: Caller, scope: Scope): boolean {
  return scopes.includes(scope);
}

/** Whether the caller may do what is the admin's. */
export function isAdmin({ kind }: Caller): boolean {
  return kind !== 'tenant';
}
