import { useMemo, useState } from 'preact/hooks';
import type { BodyOf } from '../api/types.ts';
import { type Reading, useRead } from '../api/use-read.ts';
import { counted, grouped } from '../core/amount.ts';
import { localTime } from '../core/time.ts';
import { Count, InOtherAssets, Xlm } from '../parts/amount.tsx';
import { differencesOf } from '../parts/audit-differences.ts';
import { Badge, type Tone } from '../parts/badge.tsx';
import { BarChart } from '../parts/chart.tsx';
import { Choice } from '../parts/fields.tsx';
import { Card, Figure, Page } from '../parts/page.tsx';
import { Empty, Shown } from '../parts/states.tsx';

const liveEveryMs = 3_000;
const sumsEveryMs = 30_000;

/** What the books come to, what the server does now, and whether the books agree with themselves. */
export function OverviewPage() {
  const stats = useRead('readStats', {}, sumsEveryMs);
  const activity = useRead('readActivity', {}, liveEveryMs);
  return (
    <Page title="Overview">
      <Spared activity={activity} />
      <Shown reading={stats} what="the sums">
        {(data) => <Sums stats={data} />}
      </Shown>
      <UsageOverTime />
      <div class="columns">
        <Outcomes activity={activity} />
        <AuditState />
      </div>
    </Page>
  );
}

function Spared({ activity }: { readonly activity: Reading<BodyOf<'readActivity'>> }) {
  return (
    <Shown reading={activity} what="what the server does">
      {({ retriesNotBilled: { retries, requests, stroops }, since }) => (
        <section class="hero" aria-label="Retries not billed twice">
          <p class="hero-label">Retries not billed twice</p>
          <p class="hero-value">
            <Xlm stroops={stroops} />
          </p>
          <p>
            {counted(retries, 'retry', 'retries')} with {counted(BigInt(requests), 'request')} came again
            since {localTime(since)}, when this instance of the server started. Each was recognized, and
            billed once.
          </p>
        </section>
      )}
    </Shown>
  );
}

function Sums({ stats }: { readonly stats: BodyOf<'readStats'> }) {
  return (
    <dl class="figures">
      <Figure label="Outstanding" note={counted(stats.totalRequests, 'request')}>
        <Xlm stroops={stats.outstandingStroops} />
        <InOtherAssets sums={stats.otherAssets} of={({ outstanding }) => outstanding} />
      </Figure>
      <Figure label="Billed" note={counted(stats.settlementsTotal, 'settlement')}>
        <Xlm stroops={stats.settledStroops} />
        <InOtherAssets sums={stats.otherAssets} of={({ settled }) => settled} />
      </Figure>
      <Figure label="Recorded requests" note={`${grouped(stats.reversedRequests)} of them reversed`}>
        <Count of={stats.recordedRequests} />
      </Figure>
      <Figure
        label="Agents"
        note={`${counted(stats.accounts, 'account')}, ${counted(stats.totalServices, 'service')}`}
      >
        <Count of={stats.uniqueAgents} />
      </Figure>
    </dl>
  );
}

const spans = [
  ['hour', 'Last hour', 3_600_000, 60],
  ['day', 'Last 24 hours', 86_400_000, 48],
  ['week', 'Last 7 days', 604_800_000, 84],
  ['month', 'Last 30 days', 2_592_000_000, 60],
] as const;
type Span = (typeof spans)[number][0];

function UsageOverTime() {
  const [span, setSpan] = useState<Span>('day');
  const [, , ms, count] = spans.find(([name]) => name === span) ?? spans[1];
  // The end is fixed until another span is chosen, so that the question stays the same.
  const query = useMemo(() => {
    const step = ms / count;
    const to = Math.ceil(Date.now() / step) * step;
    return { from: new Date(to - ms).toISOString(), to: new Date(to).toISOString(), spans: count };
  }, [ms, count]);
  const usage = useRead('sumUsageOverTime', { query }, sumsEveryMs);
  return (
    <Card
      title="Usage over time"
      note="Recorded requests, over all agents and services."
      actions={
        <Choice
          label="Span"
          value={span}
          values={spans.map(([name, text]) => [name, text])}
          onChange={setSpan}
        />
      }
    >
      <Shown reading={usage} what="usage over time">
        {(data) => <UsageChart usage={data} />}
      </Shown>
    </Card>
  );
}

function UsageChart({ usage }: { readonly usage: BodyOf<'sumUsageOverTime'> }) {
  const bars = useMemo(
    () => usage.items.map(({ from, requests }) => ({ fromMs: Date.parse(from), value: Number(requests) })),
    [usage],
  );
  const sum = usage.items.reduce((all, { requests }) => all + BigInt(requests), 0n);
  if (sum === 0n && usage.complete) {
    return (
      <Empty title="Nothing was recorded in this span">
        <p class="muted">
          Record usage with <code>POST /api/v1/usage</code>; the terminal of the server shows a command to
          try.
        </p>
      </Empty>
    );
  }
  return (
    <>
      {!usage.complete && (
        <p class="note warn">
          There are too many entries to add up at once. Choose a shorter span to see all of them.
        </p>
      )}
      <BarChart
        label={`${counted(sum, 'request')} in ${bars.length} spans of time`}
        unit="Requests"
        bars={bars}
      />
    </>
  );
}

const outcomes: readonly (readonly [
  name: keyof BodyOf<'readActivity'>['outcomes'],
  text: string,
  what: string,
])[] = [
  ['executed', 'Executed', 'applied for the first time'],
  ['replayed', 'Replayed', 'a retry: it got the first answer again'],
  ['refused', 'Refused', 'not applied, with a reason'],
  ['conflict', 'Conflict', 'the key was used for another request'],
  ['expired', 'Expired', 'a retry after the answer had gone'],
  ['fault', 'Fault', 'the server could not carry it out'],
];

function Outcomes({ activity }: { readonly activity: Reading<BodyOf<'readActivity'>> }) {
  return (
    <Card title="Writes by outcome" note="Of this instance since it started; live.">
      <Shown reading={activity} what="the outcomes">
        {({ outcomes: counts }) => {
          const most = Math.max(1, ...outcomes.map(([name]) => counts[name]));
          return (
            <ul class="meters">
              {outcomes.map(([name, text, what]) => (
                <li key={name}>
                  <span class="meter-label">
                    {text} <span class="muted small">{what}</span>
                  </span>
                  <span class="meter-value">
                    <Count of={counts[name]} />
                  </span>
                  <span class="meter" aria-hidden="true">
                    <span class={`meter-fill ${name}`} style={{ width: `${(100 * counts[name]) / most}%` }} />
                  </span>
                </li>
              ))}
            </ul>
          );
        }}
      </Shown>
    </Card>
  );
}

function AuditState() {
  const audit = useRead('readAudit', {});
  return (
    <Card
      title="Audit"
      note="Every total and bill, added up again from the entries."
      actions={
        <button type="button" class="button" disabled={audit.isReading} onClick={audit.reload}>
          {audit.isReading ? 'Checking…' : 'Check again'}
        </button>
      }
    >
      <Shown reading={audit} what="the audit: every entry is added up">
        {(found) => <Audited found={found} atMs={audit.atMs} />}
      </Shown>
    </Card>
  );
}

function Audited({
  found,
  atMs,
}: {
  readonly found: BodyOf<'readAudit'>;
  readonly atMs: number | undefined;
}) {
  const differences = differencesOf(found);
  const tone: Tone = found.ok ? 'good' : 'bad';
  return (
    <>
      <p>
        <Badge tone={tone}>{found.ok ? 'The books agree' : counted(differences.length, 'difference')}</Badge>{' '}
        {atMs !== undefined && <span class="muted small">checked {localTime(atMs)}</span>}
      </p>
      <dl class="facts">
        {(
          [
            ['Entries', <Count key="e" of={found.entries} />],
            ['Settlements', <Count key="s" of={found.settlements} />],
            ['Accounts', <Count key="a" of={found.accounts} />],
            ['Recorded', <Xlm key="r" stroops={found.recorded.stroops} />],
            ['Billed', <Xlm key="b" stroops={found.settled.stroops} />],
            ['Paid from balances', <Xlm key="p" stroops={found.paid.stroops} />],
            ['Reversed', <Xlm key="v" stroops={found.reversed.stroops} />],
            ['Written off', <Xlm key="w" stroops={found.writtenOff.stroops} />],
            ['Outstanding', <Xlm key="o" stroops={found.outstanding.stroops} />],
            ['Acts in the log', <Count key="l" of={found.acts.logged} />],
          ] as const
        ).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p class="muted small">
        Here fractions of a stroop are added up, too. A bill has whole stroops: what it leaves goes on to the
        next one. So the sums of bills can be a few stroops less.
      </p>
      {differences.length > 0 && (
        <ul class="differences">
          {differences.map((one) => (
            <li key={one}>{one}</li>
          ))}
        </ul>
      )}
    </>
  );
}
