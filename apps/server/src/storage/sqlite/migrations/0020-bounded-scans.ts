/** Indexes of what was found by looking at all rows: the keys and the webhooks of a tenant, and the tests of a webhook. */
export const boundedScans = `
CREATE INDEX api_keys_by_tenant ON api_keys (tenant, revoked_at_ms);
CREATE INDEX webhooks_in_use ON webhooks (tenant, id) WHERE deleted = 0;
CREATE INDEX deliveries_of_tests ON deliveries (tenant, webhook, next_attempt_at_ms)
  WHERE state = 'pending' AND event_type = 'webhook.test';
`;
