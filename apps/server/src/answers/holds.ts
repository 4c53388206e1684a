import type { Amount } from '../domain/amount.ts';
import { amountText } from '../domain/balance-events.ts';
import type {
  CaptureKnown,
  HoldCaptured,
  HoldExtended,
  HoldKnown,
  HoldMade,
  HoldReleased,
} from '../domain/commands/holds.ts';
import type { Hold } from '../domain/hold.ts';
import { holdShown } from '../domain/hold-events.ts';
import type { PageEnd } from './paging.ts';
import { entryPath, holdPath } from './paths.ts';
import type { BodyOf, ReplyOf } from './reply.ts';

export const holdsAnswers = {
  hold_made: (made: HoldMade): ReplyOf<'createHold'> => ({
    status: 201,
    location: holdPath(made.hold.id),
    body: bodyWith(made),
  }),

  hold_known: (known: HoldKnown): ReplyOf<'createHold'> => ({
    status: 200,
    location: holdPath(known.hold.id),
    body: bodyWith(known),
  }),

  hold_captured: ({ hold, entryId, total, paid }: HoldCaptured): ReplyOf<'captureHold'> => ({
    status: 201,
    location: entryPath(entryId),
    body: {
      ...holdBody(hold),
      total,
      drawn: paid === undefined ? undefined : amountText(paid.drawn),
      available: paid === undefined ? undefined : amountText(paid.available),
      status: undefined,
    },
  }),

  capture_known: ({ hold, entryId, total }: CaptureKnown): ReplyOf<'captureHold'> => ({
    status: 200,
    location: entryPath(entryId),
    body: { ...holdBody(hold), total, drawn: undefined, available: undefined, status: 'duplicate' },
  }),

  hold_released: (released: HoldReleased): ReplyOf<'releaseHold'> => ({
    status: 200,
    body: bodyWith(released),
  }),

  hold_extended: (extended: HoldExtended): ReplyOf<'extendHold'> => ({
    status: 200,
    body: bodyWith(extended),
  }),
};

/** A hold as the caller sees it. */
export function holdBody(hold: Hold): BodyOf<'readHold'> {
  return { quantity: undefined, ...holdShown(hold) };
}

function bodyWith({ hold, available }: { readonly hold: Hold; readonly available: Amount }) {
  return { ...holdBody(hold), available: amountText(available) };
}

export function holdReply(hold: Hold): ReplyOf<'readHold'> {
  return { status: 200, body: holdBody(hold) };
}

export function holdsReply(holds: readonly Hold[], { nextCursor, hasMore }: PageEnd): ReplyOf<'listHolds'> {
  return { status: 200, body: { items: holds.map(holdBody), nextCursor, hasMore } };
}
