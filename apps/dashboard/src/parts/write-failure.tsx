import type { Failure } from '../api/failure.ts';
import { FailureNote } from './states.tsx';

/** Refusals of a write whose cause a person sees on the page, once that has been read again. */
const changed: Readonly<Record<string, readonly [title: string, what: string]>> = {
  quote_changed: [
    'The quote has changed',
    'Nothing was billed. Below is the amount as it is now: confirm it, or cancel.',
  ],
  grant_changed: [
    'The grant has changed',
    'Nothing was taken away. Below is the amount as it is now: confirm it, or cancel.',
  ],
  hold_ended: [
    'The hold has ended',
    'It was captured, released or it lapsed meanwhile. Nothing was changed.',
  ],
};

/** A write that failed. Without an answer it may have been carried out: the same button sends the same request. */
export function WriteFailure({ failure }: { readonly failure: Failure | undefined }) {
  if (failure === undefined) return null;
  const [title, what] =
    failure.kind === 'offline'
      ? [
          'No answer came',
          'It may have been carried out, or not. Press the button again: the same request is sent, and is carried out once.',
        ]
      : (changed[failure.code] ?? []);
  if (title === undefined) return <FailureNote failure={failure} />;
  return (
    <div class="note warn" role="alert">
      <div>
        <p class="note-title">{title}</p>
        <p>{what}</p>
      </div>
    </div>
  );
}
