import { useState } from 'preact/hooks';
import type { Credentials } from '../api/client.ts';
import { Form, TextField } from '../parts/fields.tsx';
import { Page } from '../parts/page.tsx';

/** Asks for an API key, which is kept for this tab until its user signs out. */
export function SignIn({
  isRefused,
  onSignIn,
}: {
  readonly isRefused: boolean;
  readonly onSignIn: (credentials: Credentials) => void;
}) {
  const [apiKey, setApiKey] = useState('');
  const [tenant, setTenant] = useState('');
  const signIn = () => {
    const [key, named] = [apiKey.trim(), tenant.trim()];
    if (key !== '') onSignIn({ apiKey: key, tenant: named === '' ? undefined : named });
  };
  return (
    <main class="lone">
      <div class="card sign-in">
        <Page title="Sign in" kicker="Billonce">
          <p class="muted">
            With an API key. It is kept for this tab until you sign out. Sign out on a shared computer: a
            browser that opens a closed tab again brings the key back with it. A key with the scope{' '}
            <code>read</code> sees the books and changes nothing.
          </p>
          {isRefused && (
            <p class="note bad" role="alert">
              The server does not recognize this key.
            </p>
          )}
          <Form label="Sign in" onSubmit={signIn}>
            <TextField label="API key" type="password" value={apiKey} onInput={setApiKey} isRequired />
            <TextField
              label="Tenant"
              hint="Only with the admin key: the tenant to show."
              value={tenant}
              onInput={setTenant}
            />
            <button type="submit" class="button primary wide">
              Sign in
            </button>
          </Form>
        </Page>
      </div>
    </main>
  );
}
