import { useState } from 'preact/hooks';
import { isAdmin, useSession } from '../api/session.ts';
import type { BodyOf, ItemOf } from '../api/types.ts';
import { usePages } from '../api/use-pages.ts';
import { useWrite } from '../api/use-write.ts';
import { Badge } from '../parts/badge.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Form, TextField } from '../parts/fields.tsx';
import { Card, Facts, Page } from '../parts/page.tsx';
import { Empty } from '../parts/states.tsx';
import { type Column, PagedTable } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';
import { WriteFailure } from '../parts/write-failure.tsx';

type ApiKey = ItemOf<'listApiKeys'>;

/** API keys and what they may do: all of them to the admin, to others their own key. */
export function ApiKeysPage() {
  const { caller } = useSession();
  return isAdmin(caller) ? <AllKeys /> : <OwnKey />;
}

function OwnKey() {
  const { caller } = useSession();
  return (
    <Page title="API keys">
      <Card
        title="The key of this tab"
        note="Only the admin sees the other keys, creates keys and revokes them."
      >
        <Facts
          facts={[
            ['Prefix', <code key="p">{caller.keyPrefix}</code>],
            ['Tenant', caller.tenant ?? ''],
            ['May', caller.scopes.join(', ')],
            ['Agent', caller.agent ?? 'all'],
            ['Service', caller.serviceId ?? 'all'],
            ['Addresses', caller.allowedAddresses?.join(', ') ?? 'all'],
          ]}
        />
      </Card>
    </Page>
  );
}

function stateOf({ revokedAt, expiresAt }: ApiKey) {
  if (revokedAt !== null) return <Badge tone="bad">revoked</Badge>;
  if (expiresAt !== null && Date.parse(expiresAt) <= Date.now()) return <Badge tone="warn">expired</Badge>;
  return <Badge tone="good">recognized</Badge>;
}

function limitsOf({ agent, serviceId, allowedAddresses }: ApiKey): string {
  const limits = [agent, serviceId, ...(allowedAddresses ?? [])].filter((limit) => limit !== null);
  return limits.length === 0 ? 'none' : limits.join(', ');
}

function AllKeys() {
  const [isMaking, setMaking] = useState(false);
  const [revoked, setRevoked] = useState<ApiKey>();
  const pages = usePages(
    'listApiKeys',
    { query: { limit: 200, includeRevoked: 'true' } },
    ({ items }) => items,
  );
  const columns: readonly Column<ApiKey>[] = [
    { name: 'Key', cell: ({ prefix }) => <code>{prefix}…</code> },
    { name: 'Label', cell: ({ label }) => label },
    { name: 'Tenant', cell: ({ tenant }) => tenant },
    { name: 'State', cell: stateOf },
    { name: 'May', cell: ({ scopes }) => scopes.join(', '), isExtra: true },
    { name: 'Bound to', cell: limitsOf, isExtra: true },
    { name: 'Last used', cell: ({ lastUsedAt }) => <Time at={lastUsedAt} />, isExtra: true },
    {
      name: 'Revoke',
      isAct: true,
      cell: (key) =>
        key.revokedAt === null && (
          <button
            type="button"
            class="button danger"
            aria-label={`Revoke ${key.prefix}`}
            onClick={() => setRevoked(key)}
          >
            Revoke
          </button>
        ),
    },
  ];
  return (
    <Page
      title="API keys"
      actions={
        <button type="button" class="button primary" onClick={() => setMaking(true)}>
          New key…
        </button>
      }
    >
      <Card title="Keys of all tenants" note="Without their secrets: the server keeps only digests.">
        <PagedTable
          caption="API keys"
          columns={columns}
          keyOf={({ prefix }) => prefix}
          pages={pages}
          what="the API keys"
          empty={<Empty title="No API key" />}
        />
      </Card>
      {isMaking && <NewKey onMade={pages.reload} onClose={() => setMaking(false)} />}
      {revoked !== undefined && (
        <Revoke apiKey={revoked} onRevoked={pages.reload} onClose={() => setRevoked(undefined)} />
      )}
    </Page>
  );
}

const scopes = [
  ['read', 'see the books'],
  ['record', 'record usage'],
  ['settle', 'settle, reverse and write off'],
  ['manage', 'manage services, prices and webhooks'],
] as const;
type Scope = (typeof scopes)[number][0];

function NewKey({ onMade, onClose }: { readonly onMade: () => void; readonly onClose: () => void }) {
  const { caller } = useSession();
  const [label, setLabel] = useState('');
  const [tenant, setTenant] = useState(caller.tenant ?? '');
  const [chosen, setChosen] = useState<readonly Scope[]>(['read']);
  const [made, setMade] = useState<BodyOf<'createApiKey'>>();
  const create = useWrite('createApiKey');
  if (made !== undefined) return <MadeKey made={made} onClose={onClose} />;
  const make = () =>
    create.send({ body: { label: label.trim(), tenant: tenant.trim(), scopes: [...chosen] } }, (sent) => {
      if (sent.kind === 'failed') return;
      setMade(sent.answer);
      onMade();
    });
  return (
    <Dialog title="New API key" onClose={onClose}>
      <WriteFailure failure={create.failure} />
      <Form label="New API key" onSubmit={make}>
        <TextField label="Label" hint="What the key is for." value={label} onInput={setLabel} isRequired />
        <TextField
          label="Tenant"
          hint="The tenant whose books it reads and writes."
          value={tenant}
          onInput={setTenant}
          isRequired
        />
        <fieldset class="checks">
          <legend>It may</legend>
          {scopes.map(([scope, what]) => (
            <label key={scope}>
              <input
                type="checkbox"
                checked={chosen.includes(scope)}
                onChange={({ currentTarget: { checked } }) =>
                  setChosen(checked ? [...chosen, scope] : chosen.filter((one) => one !== scope))
                }
              />{' '}
              {what} <code>{scope}</code>
            </label>
          ))}
        </fieldset>
        <div class="dialog-actions">
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="button primary" disabled={create.isWriting || chosen.length === 0}>
            Make the key
          </button>
        </div>
      </Form>
    </Dialog>
  );
}

function MadeKey({ made, onClose }: { readonly made: BodyOf<'createApiKey'>; readonly onClose: () => void }) {
  return (
    <Dialog title="The new key" onClose={onClose}>
      <p>It is shown once. Copy it now: the server keeps only its digest.</p>
      <p class="secret">
        <code>{made.key}</code>
      </p>
      <div class="dialog-actions">
        <button type="button" class="button primary" onClick={onClose}>
          I have copied it
        </button>
      </div>
    </Dialog>
  );
}

function Revoke({
  apiKey: { prefix, label, tenant },
  onRevoked,
  onClose,
}: {
  readonly apiKey: ApiKey;
  readonly onRevoked: () => void;
  readonly onClose: () => void;
}) {
  const write = useWrite('revokeApiKey');
  const revoke = () =>
    write.send({ params: { prefix } }, (sent) => {
      if (sent.kind === 'failed') return;
      onRevoked();
      onClose();
    });
  return (
    <Dialog title="Revoke this key?" onClose={onClose}>
      <WriteFailure failure={write.failure} />
      <p>
        <code>{prefix}…</code> ({label}) of <strong>{tenant}</strong> is refused from now on. That cannot be
        undone.
      </p>
      <div class="dialog-actions">
        <button type="button" class="button" onClick={onClose}>
          Cancel
        </button>
        <button type="button" class="button danger" disabled={write.isWriting} onClick={revoke}>
          Revoke it
        </button>
      </div>
    </Dialog>
  );
}
