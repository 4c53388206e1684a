import { bounds, type RequestPart } from '@billonce/contract';
import { holdReply, holdsReply } from '../../answers/holds.ts';
import type { CreateHold } from '../../domain/commands/holds.ts';
import type { Hold } from '../../domain/hold.ts';
import { instantNs } from '../../domain/timestamps.ts';
import { holdAt, listHolds } from '../../reads/list-holds.ts';
import { ApiError } from '../api-error.ts';
import { encodeCursor, idCursor } from '../cursor.ts';
import { type Desk, tenantOf } from '../desk.ts';
import { readAmount } from '../read-amount.ts';
import { readMetadata } from '../read-metadata.ts';
import { sentUseOf } from '../read-use.ts';
import { maySee } from '../rights.ts';
import type { Call, HandlersOf } from '../router.ts';
import { sentBy } from '../sent-by.ts';

type OnHold = 'readHold' | 'captureHold' | 'releaseHold' | 'extendHold';

export function holdsRoutes({ writes, books, nowMs }: Desk) {
  /** @throws {ApiError} `not_found`, also for a hold that the caller may not see */
  const knownHold = async (call: Call<OnHold>): Promise<Hold> => {
    const { holdId } = call.params;
    const hold = await books.hold(tenantOf(call), holdId);
    if (hold === undefined || !maySee(call.caller.rights, hold)) {
      throw new ApiError('not_found', `no hold has the id ${holdId}`);
    }
    return hold;
  };
  /** A key that is bound to an agent or a service writes only to their holds; whose a hold is never changes. */
  const refuseOthers = async (call: Call<OnHold>): Promise<void> => {
    const { agent, serviceId } = call.caller.rights;
    if (agent !== undefined || serviceId !== undefined) await knownHold(call);
  };
  return {
    createHold: async (call) =>
      await writes.write(call, tenantOf(call), { ...createCommand(call.body), ...sentBy(call.caller) }),

    listHolds: async (call) => {
      const { agent, state, cursor, limit = 100 } = call.query;
      const query = { tenant: tenantOf(call), agent, state };
      const { items, next, hasMore } = await listHolds(books, query, idCursor(cursor), limit, nowMs());
      return holdsReply(items, { nextCursor: hasMore ? encodeCursor('id', next) : null, hasMore });
    },

    readHold: async (call) => holdReply(holdAt(await knownHold(call), nowMs())),

    captureHold: async (call) => {
      await refuseOthers(call);
      const { id, occurredAt, metadata } = call.body;
      return await writes.write(call, tenantOf(call), {
        kind: 'capture_hold',
        holdId: call.params.holdId,
        ...sentUseOf(call.body),
        usageId: id,
        occurredAtNs: occurredAt === undefined ? undefined : instantNs(occurredAt),
        ...readMetadata(metadata),
        ...sentBy(call.caller),
      });
    },

    releaseHold: async (call) => {
      await refuseOthers(call);
      return await writes.write(call, tenantOf(call), { kind: 'release_hold', ...call.params });
    },

    extendHold: async (call) => {
      await refuseOthers(call);
      const { expiresInMs } = call.body;
      return await writes.write(call, tenantOf(call), { kind: 'extend_hold', ...call.params, expiresInMs });
    },
  } satisfies HandlersOf<'holds'>;
}

function createCommand({
  agent,
  serviceId,
  amount,
  expiresInMs = bounds.holdMsDefault,
  id: holdId,
  ...use
}: RequestPart<'createHold', 'body'>): CreateHold {
  const wanted: CreateHold['wanted'] =
    amount === undefined
      ? { kind: 'use', ...sentUseOf(use) }
      : { kind: 'amount', amount: readAmount(amount, '/amount') };
  return { kind: 'create_hold', agent, serviceId, wanted, expiresInMs, holdId };
}
