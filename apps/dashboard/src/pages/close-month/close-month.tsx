import { useState } from 'preact/hooks';
import { may, useSession } from '../../api/session.ts';
import { unfinishedRun } from '../../api/unfinished-run.ts';
import { useSettleRun } from '../../api/use-settle-run.ts';
import { Card } from '../../parts/page.tsx';
import { ChooseRun, useRunChoice } from './choose-run.tsx';
import { RunProgress } from './run-progress.tsx';

/** Bills all agents up to the end of a month, in one run that can be stopped and continued. */
export function CloseMonth({ onBilled }: { readonly onBilled: () => void }) {
  const { caller } = useSession();
  const [begun] = useState(() => unfinishedRun(caller));
  const choice = useRunChoice(begun);
  const { state, look, bill, stop, reset } = useSettleRun(onBilled);
  const isBusy = state.kind === 'looking' || state.kind === 'billing';
  const { run } = choice;
  const isOfAll = caller.agent === null && caller.serviceId === null;
  return (
    <Card
      title="Close a month"
      note="Bills the usage of every agent that was recorded before the end of a month. Months are in UTC."
      actions={
        run !== undefined &&
        !isBusy && (
          <button type="button" class="button" onClick={() => look(run)}>
            Show what would be billed
          </button>
        )
      }
    >
      <ChooseRun
        isBusy={isBusy}
        choice={{
          ...choice,
          setTyped: (typed) => {
            choice.setTyped(typed);
            reset();
          },
        }}
      />
      {run !== undefined && (
        <RunProgress
          run={run}
          state={state}
          onBill={may(caller, 'settle') && isOfAll ? () => bill(run) : undefined}
          onStop={stop}
        />
      )}
    </Card>
  );
}
