import type { BodyOf } from '../api/types.ts';

/** Everything that an audit found to be wrong, a sentence for each. */
export function differencesOf(audit: BodyOf<'readAudit'>): readonly string[] {
  return [
    ...audit.differences.map(({ agent, serviceId, message }) => `${agent}, ${serviceId}: ${message}`),
    ...audit.acts.differences,
    ...audit.limits.differences,
    ...audit.balances.differences.map(({ agent, asset, message }) => `${agent}, ${asset}: ${message}`),
  ];
}
