import type { Webhook } from '../../domain/webhook.ts';

/** Reads of webhooks. */
export interface WebhookReads {
  /** webhooks of a tenant that were not deleted */
  webhooks(tenant: string): Promise<readonly Webhook[]>;
  webhook(tenant: string, id: string): Promise<Webhook | undefined>;
}
