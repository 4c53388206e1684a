import type { RunState } from '../../api/use-settle-run.ts';
import { counted } from '../../core/amount.ts';
import type { Run, Tally } from '../../core/run.ts';
import { localTime } from '../../core/time.ts';
import { Amount } from '../../parts/amount.tsx';
import { Badge } from '../../parts/badge.tsx';
import { Link } from '../../parts/links.tsx';
import { FailureNote } from '../../parts/states.tsx';
import { LeftAccounts } from './left-accounts.tsx';

interface Shown {
  readonly run: Run;
  /** absent if the caller may not settle all accounts */
  readonly onBill: (() => void) | undefined;
  readonly onStop: () => void;
}

/** How far a run is, and what can be done with it now. */
export function RunProgress({ state, ...shown }: Shown & { readonly state: RunState }) {
  return (
    <div class="run" aria-live="polite">
      <OfState state={state} {...shown} />
    </div>
  );
}

function OfState({ run, state, onBill, onStop }: Shown & { readonly state: RunState }) {
  switch (state.kind) {
    case 'idle':
      return (
        <p class="muted">
          Run {run.runId}: what was recorded before {localTime(run.before)} and is on no bill. Nothing is
          billed before you have seen the sum.
        </p>
      );
    case 'looking':
      return (
        <UnderWay
          text={`${counted(state.tally?.accounts ?? 0, 'account')} added up so far; nothing is billed.`}
          accounts={undefined}
          done={0}
          onStop={onStop}
        />
      );
    case 'unread':
      return <FailureNote failure={state.failure} />;
    case 'looked':
      return <Looked run={run} tally={state.tally} billed={state.billed} onBill={onBill} />;
    case 'billing':
      return (
        <UnderWay
          text={`${counted(state.tally?.bills ?? 0, 'bill')} made so far. The run stops when you leave this page, and can be continued.`}
          accounts={state.accounts}
          done={state.tally?.accounts ?? 0}
          onStop={onStop}
        />
      );
    case 'stopped':
      return (
        <>
          {state.failure !== undefined && <FailureNote failure={state.failure} />}
          <p>
            <Badge tone="warn">Not finished</Badge> The run {run.runId} was stopped. The bills that were made
            stay. Continue it to bill the rest; nothing is billed twice.
          </p>
          <LeftAccounts tally={state.tally} />
          <div class="actions">
            <BillButton onBill={onBill} act="Continue" />
            <BillsOfRun run={run} />
          </div>
        </>
      );
    case 'ended':
      return (
        <>
          <p role="status">
            <Badge tone={state.tally.leftCount === 0 ? 'good' : 'warn'}>
              {state.tally.leftCount === 0 ? 'Closed' : 'Closed, except what is below'}
            </Badge>{' '}
            The run {run.runId} has {counted(state.billed.bills, 'bill')} of{' '}
            {counted(state.billed.agents, 'agent')}.
          </p>
          <Sums of={state.billed} />
          <LeftAccounts tally={state.tally} />
          <BillsOfRun run={run} />
        </>
      );
  }
}

function UnderWay({
  text,
  accounts,
  done,
  onStop,
}: {
  readonly text: string;
  readonly accounts: number | undefined;
  readonly done: number;
  readonly onStop: () => void;
}) {
  return (
    <>
      {accounts === undefined ? (
        <progress aria-label="Accounts" />
      ) : (
        <progress aria-label="Accounts" max={Math.max(accounts, 1)} value={Math.min(done, accounts)} />
      )}
      <p>{text}</p>
      <div>
        <button type="button" class="button" onClick={onStop}>
          Stop
        </button>
      </div>
    </>
  );
}

function Looked({
  run,
  tally,
  billed,
  onBill,
}: Omit<Shown, 'onStop'> & { readonly tally: Tally; readonly billed: Tally }) {
  const isNothing = tally.bills === 0;
  return (
    <>
      {isNothing ? (
        <p>Nothing is left to bill in the run {run.runId}.</p>
      ) : (
        <p>
          {counted(tally.bills, 'bill')} of {counted(tally.agents, 'agent')} would be made:
        </p>
      )}
      <Sums of={tally} />
      {billed.bills > 0 && (
        <p class="muted">
          This run has {counted(billed.bills, 'bill')} already; they do not change.{' '}
          <Link to={{ page: 'run', runId: run.runId }}>Open them</Link>
        </p>
      )}
      <LeftAccounts tally={tally} />
      {!isNothing && (
        <>
          <p class="muted small">
            Each account is quoted again when it is billed: if usage was reversed meanwhile, less is billed.
            Of an amount with more decimals than its asset has, the rest is carried to the next bill.
          </p>
          <BillButton onBill={onBill} act={`Bill ${counted(tally.agents, 'agent')}`} />
        </>
      )}
    </>
  );
}

function BillButton({ onBill, act }: Pick<Shown, 'onBill'> & { readonly act: string }) {
  if (onBill === undefined) return null;
  return (
    <div>
      <button type="button" class="button primary" onClick={onBill}>
        {act}
      </button>
    </div>
  );
}

function BillsOfRun({ run: { runId } }: { readonly run: Run }) {
  return <Link to={{ page: 'run', runId }}>Bills of the run {runId}</Link>;
}

/** The sum in each asset. */
function Sums({ of: { sums } }: { readonly of: Tally }) {
  if (sums.length === 0) return null;
  return (
    <ul class="sums" aria-label="Sums by asset">
      {sums.map((sum) => (
        <li key={sum.asset}>
          <Amount of={sum} />
        </li>
      ))}
    </ul>
  );
}
