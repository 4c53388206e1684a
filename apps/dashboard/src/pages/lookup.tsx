import { useState } from 'preact/hooks';
import type { BodyOf } from '../api/types.ts';
import { useRead } from '../api/use-read.ts';
import { hrefOf } from '../core/route.ts';
import { Count } from '../parts/amount.tsx';
import { Badge } from '../parts/badge.tsx';
import { EntryAmount, EntryBill, EntryKind } from '../parts/entries.tsx';
import { Form, TextField } from '../parts/fields.tsx';
import { Link } from '../parts/links.tsx';
import { Card, Facts, Page } from '../parts/page.tsx';
import { Empty, FailureNote, Loading, Shown } from '../parts/states.tsx';
import { Time } from '../parts/time.tsx';

/** Finds what became of a request, by its idempotency key or by the usage id that it reported. */
export function LookupPage({ what }: { readonly what: string }) {
  const [text, setText] = useState(what);
  const find = () => {
    location.hash = hrefOf({ page: 'lookup', what: text.trim() }).slice(1);
  };
  return (
    <Page title="Keys and usage ids">
      <Card>
        <Form label="Look up" onSubmit={find}>
          <div class="filters">
            <TextField
              label="Idempotency key or usage id"
              placeholder="As the client sent it, for example from its log"
              type="search"
              value={text}
              onInput={setText}
              isRequired
            />
            <button type="submit" class="button primary">
              Look up
            </button>
          </div>
        </Form>
      </Card>
      {what === '' ? (
        <Empty title="What happened to a request?">
          <p class="muted">Paste the key that it was sent with, or the id of a usage item.</p>
        </Empty>
      ) : (
        <Found key={what} what={what} />
      )}
    </Page>
  );
}

const visible = /^[\x21-\x7e]+$/;

function Found({ what }: { readonly what: string }) {
  if (!visible.test(what)) {
    return (
      <p class="note warn" role="alert">
        Keys and usage ids consist of visible ASCII characters, without spaces.
      </p>
    );
  }
  return (
    <div class="columns">
      <AsKey idempotencyKey={what} />
      <AsUsageId usageId={what} />
    </div>
  );
}

function AsKey({ idempotencyKey }: { readonly idempotencyKey: string }) {
  const state = useRead('readKeyState', { headers: { 'idempotency-key': idempotencyKey } });
  return (
    <Card title="As an idempotency key" note="Of this tenant, or of this caller if no API key is needed.">
      {state.failure?.code === 'not_seen' ? (
        <Empty title="No completed request has this key">
          <p class="muted">
            The request may still be on its way. To be certain, send it again with the same key.
          </p>
        </Empty>
      ) : (
        <Shown reading={state} what="what is stored about the key">
          {(found) => <KeyFacts found={found} />}
        </Shown>
      )}
    </Card>
  );
}

function KeyFacts({ found }: { readonly found: BodyOf<'readKeyState'> }) {
  const isRemembered = found.state === 'remembered';
  const entryId = /\/entries\/([0-9a-f-]+)$/.exec(found.location ?? '')?.[1];
  const billId = /\/settlements\/([0-9a-f-]+)$/.exec(found.location ?? '')?.[1];
  const grantee = /\/agents\/([^/]+)\/grants\//.exec(found.location ?? '')?.[1];
  const agent = grantee === undefined ? undefined : decodeURIComponent(grantee);
  return (
    <>
      <p>
        <Badge tone={isRemembered ? 'good' : 'warn'}>
          {isRemembered ? 'answer is kept' : 'answer is gone'}
        </Badge>{' '}
        {isRemembered
          ? 'It was carried out once. Every retry gets the first answer again.'
          : 'It was carried out once. A retry is refused, and applies nothing.'}
      </p>
      <Facts
        facts={[
          ['Request', <code key="r">{`${found.method} ${found.path}`}</code>],
          ['Answered with', found.status ?? 'unknown'],
          ['First seen', <Time key="f" at={found.firstSeenAt} />],
          [isRemembered ? 'Answer kept until' : 'Key kept until', <Time key="e" at={found.expiresAt} />],
        ]}
      />
      <Retries retries={found.retries} />
      {billId !== undefined && <Link to={{ page: 'bill', id: billId }}>The bill that it made</Link>}
      {entryId !== undefined && <EntryFacts id={entryId} />}
      {agent !== undefined && <Link to={{ page: 'agent', agent }}>The agent that it was for</Link>}
    </>
  );
}

const outcomes = {
  replayed: ['good', 'got the first answer'],
  conflict: ['bad', 'another request, refused'],
  expired: ['warn', 'refused, the answer is gone'],
} as const;

/** How often and when the key came again. */
function Retries({ retries }: { readonly retries: BodyOf<'readKeyState'>['retries'] }) {
  const { since, replayed, conflict, expired, last } = retries;
  const count = replayed + conflict + expired;
  return (
    <>
      <h3>Retries</h3>
      {count === 0 ? (
        <p>There were no retries with this key.</p>
      ) : (
        <>
          <Facts
            facts={[
              ['Got the first answer', <Count key="r" of={replayed} />],
              ['Another request, refused', <Count key="c" of={conflict} />],
              ['Refused, the answer is gone', <Count key="e" of={expired} />],
            ]}
          />
          <ol class="retries" aria-label="The last retries">
            {last.map(({ at, outcome }, index) => (
              <li key={`${at} ${index}`}>
                <Time at={at} /> <Badge tone={outcomes[outcome][0]}>{outcomes[outcome][1]}</Badge>
              </li>
            ))}
          </ol>
          {count > last.length && <p class="muted small">The last {last.length} are shown.</p>}
        </>
      )}
      <p class="muted small">
        Counted since <Time at={since} /> by the instance of the server that answered. Retries that reached
        other instances, or came before a restart, are not included.
      </p>
    </>
  );
}

function AsUsageId({ usageId }: { readonly usageId: string }) {
  const found = useRead('reconcile', { body: { items: [{ id: usageId, requests: 1 }] } });
  const [result] = found.data?.results ?? [];
  return (
    <Card title="As a usage id" note="The id of a usage item, unique in its tenant for ever.">
      {found.data === undefined && found.failure === undefined && <Loading what="the usage ids" />}
      {found.failure !== undefined && <FailureNote failure={found.failure} again={found.reload} />}
      {result?.status === 'missing' && (
        <Empty title="No usage has this id">
          <p class="muted">It may still arrive.</p>
        </Empty>
      )}
      {result?.entryId !== undefined && (
        <>
          <p>
            <Badge tone="good">recorded once</Badge> If it is reported again, the answer names this entry, and
            nothing is added.
          </p>
          <EntryFacts id={result.entryId} />
        </>
      )}
    </Card>
  );
}

function EntryFacts({ id }: { readonly id: string }) {
  const entry = useRead('readEntry', { params: { id } });
  return (
    <Shown reading={entry} what="the entry">
      {(found) => (
        <Facts
          facts={[
            [
              'Agent',
              <Link key="a" to={{ page: 'agent', agent: found.agent }}>
                {found.agent}
              </Link>,
            ],
            [
              'Service',
              <Link key="s" to={{ page: 'account', agent: found.agent, serviceId: found.serviceId }}>
                {found.serviceId}
              </Link>,
            ],
            ['Kind', <EntryKind key="k" entry={found} />],
            ['Requests', <Count key="n" of={found.requests} />],
            ['Amount', <EntryAmount key="m" entry={found} />],
            ['Bill', <EntryBill key="b" entry={found} />],
            [
              'Taken back',
              found.reversedRequests === 0 ? 'none' : <Count key="v" of={found.reversedRequests} />,
            ],
            ['Recorded', <Time key="t" at={found.recordedAt} />],
            ['Occurred', found.occurredAt === null ? 'not said' : <Time key="o" at={found.occurredAt} />],
            ['Entry', <code key="i">{found.id}</code>],
          ]}
        />
      )}
    </Shown>
  );
}
