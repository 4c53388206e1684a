import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Failure } from '../api/failure.ts';
import type { Reading } from '../api/use-read.ts';
import { localClock } from '../core/time.ts';

/** What is shown where there is nothing. */
export function Empty({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: ComponentChildren;
}) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children}
    </div>
  );
}

/** Shown while something is read; says so if it takes long. */
export function Loading({ what }: { readonly what: string }) {
  const isLong = useElapsed(4_000);
  return (
    <div class="loading" role="status">
      <span class="spinner" aria-hidden="true" />
      <span>{isLong ? `Still reading ${what}. The server is slow to answer.` : `Reading ${what}…`}</span>
    </div>
  );
}

function useElapsed(ms: number): boolean {
  const [isElapsed, setElapsed] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setElapsed(true), ms);
    return () => clearTimeout(timer);
  }, [ms]);
  return isElapsed;
}

const titles: Readonly<Record<string, string>> = {
  '': 'The server does not answer',
  forbidden: 'This key may not see this',
  insufficient_scope: 'This key may not see this',
  not_found: 'Not found',
  not_seen: 'No completed request has this key',
  rate_limited: 'Too many requests',
  overloaded: 'The server is busy',
  service_paused: 'Writes are paused',
  quote_changed: 'The quote has changed',
};

/** A failure, with what the server said and the id under which its log has it. */
export function FailureNote({
  failure,
  again,
  isAutomatic = false,
}: {
  readonly failure: Failure;
  readonly again?: (() => void) | undefined;
  /** whether the page tries again without being asked */
  readonly isAutomatic?: boolean;
}) {
  const title = titles[failure.code] ?? 'The server refused this';
  return (
    <div class={`note ${failure.kind === 'offline' ? 'warn' : 'bad'}`} role="alert">
      <div>
        <p class="note-title">{title}</p>
        <p>
          {failure.kind !== 'offline'
            ? sentence(failure.message)
            : isAutomatic
              ? 'This page tries again every few seconds.'
              : 'Nothing was shown or changed. Try again in a moment.'}
        </p>
        {failure.requestId !== undefined && (
          <p class="small">
            {failure.code}, request <code>{failure.requestId}</code>
          </p>
        )}
      </div>
      {again !== undefined && (
        <button type="button" class="button" onClick={again}>
          Try again
        </button>
      )}
    </div>
  );
}

/** A message of the server as a sentence. */
function sentence(message: string): string {
  const text = message.trim();
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}

/** Shows what was read, or what became of the attempt. What came before stays on the page, marked with its time. */
export function Shown<T>({
  reading,
  what,
  children,
}: {
  readonly reading: Reading<T>;
  readonly what: string;
  readonly children: (data: T) => ComponentChildren;
}) {
  const { data, failure, atMs, reload } = reading;
  if (data === undefined) {
    return failure === undefined ? (
      <Loading what={what} />
    ) : (
      <FailureNote failure={failure} again={reload} isAutomatic />
    );
  }
  return (
    <>
      {failure !== undefined && <FailureNote failure={failure} again={reload} isAutomatic />}
      {failure !== undefined && atMs !== undefined && (
        <p class="stale">What follows is from {localClock(atMs)}.</p>
      )}
      {children(data)}
    </>
  );
}
