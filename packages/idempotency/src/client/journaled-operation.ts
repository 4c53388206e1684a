import { bodyDigest } from './body-digest.ts';
import type { FetchSettings } from './fetch-options.ts';
import { IdempotentFetchError } from './idempotent-fetch-error.ts';
import type { Journal, JournalEntry } from './journal.ts';
import { type OperationKey, spellKey } from './operation-key.ts';
import type { RepeatableRequest } from './repeatable-request.ts';
import type { FetchResult } from './retry-loop.ts';
import { wasReplayed } from './was-replayed.ts';

/** An operation that the journal has on disk. */
export interface BegunOperation {
  readonly key: OperationKey;
  /** whether an earlier call began it, so a request may have been sent already */
  readonly isResumed: boolean;
}

/** The facts about an operation that the journal needs. */
export interface JournaledRequest {
  readonly journal: Journal;
  readonly operation: string;
  readonly request: RepeatableRequest;
  /** the key for the operation, if it has none yet */
  readonly key: OperationKey;
}

/**
 * Stores an operation before its first request is sent, or finds the key of its first call.
 *
 * @throws {IdempotentFetchError} `operation_mismatch`, `journal_failed`
 */
export async function beginOperation(
  { journal, operation, request, key }: JournaledRequest,
  settings: Pick<FetchSettings, 'clock' | 'keySpelling'>,
): Promise<BegunOperation> {
  const { method, url } = request;
  const digest = await bodyDigest(request.body ?? new Uint8Array());
  const ours = { key: key.key, method, url, bodyDigest: digest, begunAtMs: settings.clock.nowMs() };
  const found = await begin(journal, operation, ours);
  const differing = differences(found, ours, key.isGiven);
  if (differing.length > 0) {
    throw new IdempotentFetchError(
      'operation_mismatch',
      `the journal has the operation ${JSON.stringify(operation)} with another ${differing.join(', ')}; nothing was sent`,
      { idempotencyKey: found.key },
    );
  }
  const isResumed = found.key !== ours.key || found.begunAtMs !== ours.begunAtMs;
  return { key: found.key === key.key ? key : spellKey(found.key, settings), isResumed };
}

async function begin(journal: Journal, operation: string, entry: JournalEntry): Promise<JournalEntry> {
  try {
    return await journal.begin(operation, entry);
  } catch (error) {
    const message = 'the key could not be written into the journal; nothing was sent';
    throw new IdempotentFetchError('journal_failed', message, { idempotencyKey: entry.key, cause: error });
  }
}

function differences(found: JournalEntry, ours: JournalEntry, isKeyGiven: boolean): readonly string[] {
  const differing: string[] = [];
  if (found.method !== ours.method) differing.push('method');
  if (found.url !== ours.url) differing.push('URL');
  if (found.bodyDigest !== ours.bodyDigest) differing.push('body');
  if (isKeyGiven && found.key !== ours.key) differing.push('idempotency key');
  return differing;
}

/** Lets the journal forget an operation, if its answer is final. Never rejects. */
export async function endOperation(
  { journal, operation }: Pick<JournaledRequest, 'journal' | 'operation'>,
  { key, isResumed }: BegunOperation,
  delivery: FetchResult,
): Promise<void> {
  if (!isLastWord(delivery, isResumed)) return;
  try {
    await journal.end(operation, key.key);
  } catch {
    // The answer matters more. An operation that is not forgotten is sent again with the same key, and replayed.
  }
}

/** These statuses refuse the caller, before the API checks the key. */
const refusalsOfTheCaller: ReadonlySet<number> = new Set([401, 403, 407]);

/**
 * Whether an answer ends its operation. If an earlier request may have taken effect, a refusal of the caller says
 * nothing about it: with other credentials the operation continues with the same key.
 */
function isLastWord({ response, isFinal, attempts }: FetchResult, isResumed: boolean): boolean {
  if (!isFinal) return false;
  const isFirstWord = attempts === 1 && !isResumed;
  return isFirstWord || wasReplayed(response) || !refusalsOfTheCaller.has(response.status);
}
