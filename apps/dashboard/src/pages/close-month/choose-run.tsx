import { useState } from 'preact/hooks';
import { lastMonths } from '../../core/months.ts';
import { isRunId, type Run } from '../../core/run.ts';
import { instantOf } from '../../core/time.ts';
import { Choice, TextField } from '../../parts/fields.tsx';

const monthsShown = 24;
const byMoment = 'moment';
const { timeZone } = Intl.DateTimeFormat().resolvedOptions();

/** A run as it was typed in; `undefined` while it is not complete. */
interface Typed {
  readonly period: string;
  readonly moment: string;
  readonly runId: string;
}

/** What a person chooses to close: a month that is over, or what was recorded before a moment. */
export interface RunChoice {
  readonly run: Run | undefined;
  readonly typed: Typed;
  readonly setTyped: (typed: Typed) => void;
  readonly periods: readonly (readonly [value: string, text: string])[];
}

/** @param begun the run that is chosen first */
export function useRunChoice(begun: Run | undefined): RunChoice {
  // The first month has not ended.
  const [months] = useState(() => lastMonths(Date.now(), monthsShown + 1).slice(1));
  const [typed, setTyped] = useState<Typed>(() => {
    const month = months.find(({ name, to }) => begun === undefined || isRun(begun, name, to));
    if (month !== undefined) return { period: month.name, moment: '', runId: '' };
    return { period: byMoment, moment: localField(begun?.before ?? ''), runId: begun?.runId ?? '' };
  });
  const month = months.find(({ name }) => name === typed.period);
  const periods = [
    ...months.map(({ name, text }) => [name, text] as const),
    [byMoment, 'Until a moment…'] as const,
  ];
  const run = month === undefined ? ofMoment(typed) : { runId: month.name, before: month.to };
  return { run, typed, setTyped, periods };
}

function isRun({ runId, before }: Run, name: string, to: string): boolean {
  return runId === name && Date.parse(before) === Date.parse(to);
}

function ofMoment({ moment, runId }: Typed): Run | undefined {
  const before = instantOf(moment);
  // What is recorded before a moment to come is not known yet.
  if (before === undefined || Date.parse(before) > Date.now() || !isRunId(runId.trim())) return undefined;
  return { runId: runId.trim(), before };
}

/** A moment as a field for a date and a time has it, in the time zone of the browser. */
function localField(timestamp: string): string {
  const date = new Date(timestamp);
  if (Number.isNaN(date.getTime())) return '';
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 23);
}

/** The fields of the choice. */
export function ChooseRun({
  choice: { typed, setTyped, periods },
  isBusy,
}: {
  readonly choice: RunChoice;
  readonly isBusy: boolean;
}) {
  return (
    <fieldset class="inputs filters" disabled={isBusy}>
      <Choice
        label="Period to close"
        value={typed.period}
        values={periods}
        onChange={(period) => setTyped({ ...typed, period })}
      />
      {typed.period === byMoment && (
        <>
          <TextField
            label="Recorded before"
            type="datetime-local"
            hint={`In the time zone of this browser, ${timeZone}, and not in the future.`}
            value={typed.moment}
            onInput={(moment) => setTyped({ ...typed, moment })}
          />
          <TextField
            label="Name of the run"
            placeholder="2026-11"
            hint="Letters, digits, and . _ : - without spaces. A run with the same name continues it."
            value={typed.runId}
            onInput={(runId) => setTyped({ ...typed, runId })}
          />
        </>
      )}
    </fieldset>
  );
}
