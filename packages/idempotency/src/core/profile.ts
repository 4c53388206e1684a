import { replayedHeader } from './kept-response.ts';
import { acp } from './profiles/acp.ts';
import { adcp } from './profiles/adcp.ts';
import type { Profile } from './profiles/profile-shape.ts';
import { headersOf, membersOf, problem, problemType, rendered } from './profiles/rendering.ts';
import { stripe } from './profiles/stripe.ts';
import { ucp } from './profiles/ucp.ts';
import { refusalMessage, refusalStatus } from './refusal.ts';

/** The dialect of refusals and replays, with the rules of its protocol. */
export type ProfileName = 'default' | 'ietf' | 'stripe' | 'acp' | 'ucp' | 'adcp';

/** All dialects by name. */
export const profiles: Readonly<Record<ProfileName, Profile>> = {
  /** `{ error, message, requestId }`, or problem details for a client that asks for them; 409 for a conflict. */
  default: {
    replayedHeader,
    render(refusal, context) {
      const status = refusalStatus(refusal);
      if (context.accept?.includes(problemType) === true) return problem(status, refusal, context);
      const { requestId, keyPlace } = context;
      const body = {
        error: refusal.code,
        message: refusalMessage(refusal, keyPlace),
        requestId,
        ...membersOf(refusal),
      };
      return rendered(status, 'application/json; charset=utf-8', body, headersOf(refusal));
    },
  },
  /**
   * 400 for a missing key, 409 for one in progress, 422 for one used for another request, as problem details with a
   * `Link` to the documentation.
   *
   * @see draft-ietf-httpapi-idempotency-key-header-07, section 2.7; RFC 9457
   */
  ietf: {
    replayedHeader,
    render(refusal, context) {
      const status = refusal.code === 'idempotency_conflict' ? 422 : refusalStatus(refusal);
      return problem(status, refusal, context);
    },
  },
  stripe,
  acp,
  ucp,
  adcp,
};
