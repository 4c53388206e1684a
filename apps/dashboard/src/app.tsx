import { useCallback, useEffect, useLayoutEffect, useMemo, useState } from 'preact/hooks';
import { Client, type Credentials } from './api/client.ts';
import { type Failure, failureOf } from './api/failure.ts';
import {
  type Caller,
  type Session,
  SessionProvider,
  storeCredentials,
  storedCredentials,
} from './api/session.ts';
import { hrefOf, parseRoute, type Route } from './core/route.ts';
import { ChooseTenant } from './pages/choose-tenant.tsx';
import { CurrentPage } from './pages/current-page.tsx';
import { SignIn } from './pages/sign-in.tsx';
import { FailureNote, Loading } from './parts/states.tsx';
import { Shell } from './shell.tsx';

/** What is known of the person at this page. */
type Identified =
  | { readonly kind: 'asking' }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'signed-out'; readonly isRefused: boolean }
  | { readonly kind: 'signed-in'; readonly caller: Caller };

const againAfterMs = 5_000;

/** The dashboard: it asks the server who is calling, and shows a page or asks for an API key. */
export function App() {
  const [credentials, setCredentials] = useState<Credentials>(storedCredentials);
  const [identified, setIdentified] = useState<Identified>({ kind: 'asking' });
  const [turn, setTurn] = useState(0);
  const route = useRoute();
  const refused = useCallback(() => setIdentified({ kind: 'signed-out', isRefused: true }), []);
  const client = useMemo(() => new Client(credentials, refused), [credentials, refused]);
  const use = (chosen: Credentials) => {
    storeCredentials(chosen);
    setIdentified({ kind: 'asking' });
    setCredentials(chosen);
  };
  useEffect(() => {
    const controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    client.call('readCaller', {}, controller.signal).then(
      (caller) => setIdentified({ kind: 'signed-in', caller }),
      (error: unknown) => {
        if (controller.signal.aborted) return;
        const failure = failureOf(error);
        if (failure.code === 'unauthorized') {
          setIdentified({ kind: 'signed-out', isRefused: credentials.apiKey !== undefined });
          return;
        }
        setIdentified({ kind: 'failed', failure });
        timer = setTimeout(() => setTurn((count) => count + 1), againAfterMs);
      },
    );
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
  }, [client, credentials, turn]);

  switch (identified.kind) {
    case 'asking':
      return (
        <main class="lone">
          <Loading what="who you are" />
        </main>
      );
    case 'failed':
      return (
        <main class="lone">
          <FailureNote failure={identified.failure} again={() => setTurn((count) => count + 1)} isAutomatic />
          {credentials.apiKey !== undefined && (
            <button
              type="button"
              class="button"
              onClick={() => use({ apiKey: undefined, tenant: undefined })}
            >
              Sign out
            </button>
          )}
        </main>
      );
    case 'signed-out':
      return <SignIn isRefused={identified.isRefused} onSignIn={use} />;
    case 'signed-in':
      return <SignedIn {...{ client, route, credentials, use }} caller={identified.caller} />;
  }
}

function SignedIn({
  client,
  caller,
  route,
  credentials,
  use,
}: {
  readonly client: Client;
  readonly caller: Caller;
  readonly route: Route;
  readonly credentials: Credentials;
  readonly use: (credentials: Credentials) => void;
}) {
  const session: Session = {
    client,
    caller,
    signOut: () => use({ apiKey: undefined, tenant: undefined }),
    chooseTenant: (tenant) => use({ ...credentials, tenant: tenant === '' ? undefined : tenant }),
  };
  return (
    <SessionProvider value={session}>
      {caller.tenant === null ? (
        <ChooseTenant />
      ) : (
        <Shell route={route}>
          <CurrentPage key={hrefOf(route)} route={route} />
        </Shell>
      )}
    </SessionProvider>
  );
}

function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  // In the task that renders: an effect runs a frame later, and a link that is followed before that would be lost.
  useLayoutEffect(() => {
    const changed = () => {
      setHash(location.hash);
      scrollTo(0, 0);
    };
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  return useMemo(() => parseRoute(hash), [hash]);
}
