import { useState } from 'preact/hooks';
import { useSession } from '../api/session.ts';
import { Form, TextField } from '../parts/fields.tsx';
import { Page } from '../parts/page.tsx';

/** Asks the admin whose books to show. */
export function ChooseTenant() {
  const { chooseTenant, signOut } = useSession();
  const [tenant, setTenant] = useState('');
  const choose = () => {
    if (tenant.trim() !== '') chooseTenant(tenant.trim());
  };
  return (
    <main class="lone">
      <div class="card sign-in">
        <Page title="Whose books?" kicker="Signed in as the admin">
          <Form label="Choose a tenant" onSubmit={choose}>
            <TextField label="Tenant" value={tenant} onInput={setTenant} isRequired />
            <button type="submit" class="button primary wide">
              Show its books
            </button>
          </Form>
          <button type="button" class="button wide" onClick={signOut}>
            Sign out
          </button>
        </Page>
      </div>
    </main>
  );
}
