import { checkOptions } from '../../core/check-options.ts';
import { Replies } from '../../core/engine/replies.ts';
import type { KeptResponse } from '../../core/kept-response.ts';
import type { IdempotencyOptions } from '../../core/options.ts';
import type { Refusal } from '../../core/refusal.ts';

type RefuserOptions = Pick<
  IdempotencyOptions<never>,
  'store' | 'profile' | 'documentationUrl' | 'renderRefusal' | 'newRequestId' | 'observer'
>;

/** Sends the refusals that are made before the adapter sees the request, in the form that the options set. */
export function refuser(
  options: RefuserOptions,
): (refusal: Refusal, source: unknown, accept: string | undefined) => KeptResponse {
  const { store, profile, documentationUrl, renderRefusal, newRequestId } = options;
  const given = Object.entries({ profile, documentationUrl, renderRefusal, newRequestId });
  const settings = checkOptions({
    store,
    ...Object.fromEntries(given.filter(([, value]) => value !== undefined)),
  });
  const replies = new Replies({ settings, report: () => undefined, warn: () => undefined });
  return (refusal, source, accept) =>
    replies.refuse(refusal, { accept, requestId: undefined, source }, 0).response;
}
