import type { Webhook } from '../domain/webhook.ts';
import type { Books } from '../reads/books.ts';
import { ApiError } from './api-error.ts';

/** @throws {ApiError} `not_found` */
export async function knownWebhook(books: Books, tenant: string, id: string): Promise<Webhook> {
  const webhook = await books.webhook(tenant, id);
  if (webhook === undefined) throw new ApiError('not_found', `no webhook has the id ${id}`);
  return webhook;
}
