import { bounds } from '@billonce/contract';
import { webhookReply, webhooksReply } from '../../answers/webhooks.ts';
import { withoutPath } from '../../domain/webhook.ts';
import { keepSecret } from '../../ledger/kept-secret.ts';
import { newSigningSecret } from '../../webhooks/signature.ts';
import { targetFault } from '../../webhooks/target.ts';
import { ApiError } from '../api-error.ts';
import { encodeCursor, idCursor } from '../cursor.ts';
import { type Desk, tenantOf } from '../desk.ts';
import { knownWebhook } from '../known-webhook.ts';
import { mayManage } from '../rights.ts';
import type { HandlersOf } from '../router.ts';
import { answered } from '../write.ts';

export function webhooksRoutes({ writes, books, config, drawSecret }: Desk) {
  const refuseTarget = (url: string) => {
    const message = targetFault(url, config.webhookTargets);
    if (message === undefined) return;
    throw new ApiError('invalid_request', 'messages cannot be delivered to this url', {
      faults: [{ pointer: '/url', message }],
    });
  };
  const newSecret = (tenant: string) => {
    const secret = newSigningSecret(drawSecret() + drawSecret());
    return { secret, keptSecret: keepSecret(secret, tenant, config.atRestKeys) };
  };
  const proofChallenge = () => (config.isOwnershipProofRequired ? drawSecret() : undefined);
  return {
    createWebhook: async (call) => {
      const { url, events } = call.body;
      refuseTarget(url);
      const tenant = tenantOf(call);
      const command = {
        kind: 'create_webhook',
        url,
        events: eachOnce(events),
        challenge: proofChallenge(),
        ...newSecret(tenant),
      } as const;
      return answered(await writes.submit(call, tenant, command, writes.keyUse(call, true)));
    },

    listWebhooks: async (call) => {
      const { cursor, offset = 0, limit = 100 } = call.query;
      const afterId = idCursor(cursor);
      const all = await books.webhooks(tenantOf(call));
      const left = afterId === undefined ? all.slice(offset) : all.filter(({ id }) => id > afterId);
      const items = left.slice(0, limit);
      const hasMore = left.length > limit;
      const last = items.at(-1);
      const nextCursor = hasMore && last !== undefined ? encodeCursor('id', last.id) : null;
      const shown = mayManage(call.caller.rights) ? items : items.map(withoutPath);
      return webhooksReply(shown, all.length, { nextCursor, hasMore });
    },

    readWebhook: async (call) => {
      const webhook = await knownWebhook(books, tenantOf(call), call.params.id);
      return webhookReply(mayManage(call.caller.rights) ? webhook : withoutPath(webhook));
    },

    changeWebhook: async (call) => {
      const { url, events, disabled } = call.body;
      if (url !== undefined) refuseTarget(url);
      return await writes.write(call, tenantOf(call), {
        kind: 'change_webhook',
        webhookId: call.params.id,
        url,
        events: events && eachOnce(events),
        disabled,
        challenge: proofChallenge(),
      });
    },

    deleteWebhook: async (call) =>
      await writes.write(call, tenantOf(call), { kind: 'delete_webhook', webhookId: call.params.id }),

    rotateWebhookSecret: async (call) => {
      const tenant = tenantOf(call);
      const { graceMs = bounds.graceMsDefault } = call.query;
      const webhookId = call.params.id;
      const command = { kind: 'rotate_webhook_secret', webhookId, graceMs, ...newSecret(tenant) } as const;
      return answered(await writes.submit(call, tenant, command, writes.keyUse(call, true)));
    },

    testWebhook: async (call) =>
      await writes.write(call, tenantOf(call), {
        kind: 'test_webhook',
        webhookId: call.params.id,
        challenge: drawSecret(),
      }),
  } satisfies HandlersOf<'webhooks'>;
}

function eachOnce<T>(items: readonly T[]): readonly T[] {
  return [...new Set(items)];
}
