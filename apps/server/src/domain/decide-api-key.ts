import type { CreateApiKey, RevokeApiKey } from './command.ts';
import { type Decision, done, type Moment, refused } from './decision.ts';
import type { View } from './view.ts';

export function createApiKey(command: CreateApiKey, view: View, moment: Moment): Decision {
  if (moment.gate !== undefined) return refused(moment.gate);
  const { key, digest, prefix, tenant, label } = command;
  // The edge draws another key and asks again: 32 bits are drawn twice now and then.
  if (view.apiKey(prefix) !== undefined) return refused({ code: 'prefix_taken', message: 'prefix taken' });
  return done(
    { status: 201, body: { key, label, prefix, tenant } },
    { apiKeys: [{ digest, prefix, tenant, label, createdAtMs: moment.nowMs, revokedAtMs: undefined }] },
  );
}

export function revokeApiKey(command: RevokeApiKey, view: View, moment: Moment): Decision {
  if (moment.gate !== undefined) return refused(moment.gate);
  const key = view.apiKey(command.prefix);
  if (key === undefined || key.revokedAtMs !== undefined) {
    return refused({ code: 'not_found', message: `no API key has the prefix ${command.prefix}` });
  }
  return done({ status: 204 }, { apiKeys: [{ ...key, revokedAtMs: moment.nowMs }] });
}
