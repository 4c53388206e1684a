import type { Run } from '../core/run.ts';
import type { Caller } from './session.ts';

const storedName = 'billonce.unfinished-run';

/** The run that was begun in this tab and has not ended: it is offered again when the page is loaded again. */
export function unfinishedRun({ tenant }: Caller): Run | undefined {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(storedName) ?? 'null');
    if (typeof value !== 'object' || value === null) return undefined;
    const [of, runId, before] = ['tenant', 'runId', 'before'].map((name): unknown =>
      Reflect.get(value, name),
    );
    if (of !== tenant || typeof runId !== 'string' || typeof before !== 'string') return undefined;
    return { runId, before };
  } catch {
    return undefined;
  }
}

export function keepUnfinishedRun({ tenant }: Caller, { runId, before }: Run): void {
  sessionStorage.setItem(storedName, JSON.stringify({ tenant, runId, before }));
}

export function forgetUnfinishedRun(): void {
  sessionStorage.removeItem(storedName);
}
