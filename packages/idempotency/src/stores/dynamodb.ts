import { isForgotten } from '../core/lease-decision.ts';
import type { Claim, ClaimRequest, Completion, IdempotencyStore, Slot } from '../core/store.ts';
import { type DynamodbClient, type DynamodbValue, isConditionFailure } from './dynamodb/client.ts';
import {
  completedAttributes,
  type FoundItem,
  isClaimable,
  keyOf,
  leasedItem,
  leavesAt,
  number,
  numberOf,
  parseItem,
  text,
} from './dynamodb/item.ts';
import { serviceClockOf } from './dynamodb/service-clock.ts';

export type { DynamodbClient } from './dynamodb/client.ts';
export { dynamodbTemplate } from './dynamodb/template.ts';

/** How a store uses a table of DynamoDB. */
export interface DynamodbStoreOptions {
  /** a `DynamoDB` of `@aws-sdk/client-dynamodb`, the client with a method for each operation */
  readonly client: DynamodbClient;
  /** the name of the table; its partition key is the text `id`, see `dynamodbTemplate` */
  readonly table: string;
  /** milliseconds since the epoch, for tests; by default the clock of the service, taken from its responses */
  readonly nowMs?: () => number;
}

/** How often a claim reads and writes while others are faster. */
const attemptsMax = 10;
const counterId = 'fencing-token';
const isHeld = '#token = :token AND attribute_exists(#leaseUntil)';

/**
 * A store in a table of DynamoDB in one region, for any number of instances. Reads are consistent, each write is one
 * conditional write of one item. Old keys are removed by the table's TTL.
 *
 * @throws {TypeError} if it is not such a client, or no table is named
 */
export function dynamodbStore(options: DynamodbStoreOptions): IdempotencyStore {
  const { client, table } = options;
  if (typeof client?.updateItem !== 'function' || typeof client.middlewareStack?.add !== 'function') {
    throw new TypeError(
      'client must be a DynamoDB of @aws-sdk/client-dynamodb, which has a method for each operation',
    );
  }
  if (typeof table !== 'string' || !/^[\w.-]{3,255}$/.test(table)) {
    throw new TypeError("table must be 3 to 255 letters, digits, '.', '_' and '-'");
  }
  return new StoreInDynamodb(options);
}

class StoreInDynamodb implements IdempotencyStore {
  readonly #client: DynamodbClient;
  readonly #table: string;
  readonly #clock: () => number | undefined;

  constructor({ client, table, nowMs }: DynamodbStoreOptions) {
    this.#client = client;
    this.#table = table;
    this.#clock = nowMs ?? serviceClockOf(client);
  }

  /**
   * A read, a token, and a write that succeeds only if the slot is unchanged since the read. Another claim in between,
   * even a released one, leaves another token in the slot, so the later of two holders has the greater token.
   */
  async claim(slot: Slot, request: ClaimRequest): Promise<Claim> {
    const claimId = crypto.randomUUID();
    for (let tried = 0; tried < attemptsMax; tried++) {
      const { found, nowMs } = await this.#look(slot);
      // The client resends a write if it did not receive the answer.
      if (found?.claimId === claimId) return { kind: 'claimed', fencingToken: found.token, nowMs };
      if (found?.record !== undefined && !isClaimable(found, request, nowMs)) {
        return { kind: 'found', record: found.record, nowMs };
      }
      const token = await this.#drawToken();
      const claim = { nowMs: this.#clock() ?? nowMs, token, claimId };
      // The slot was claimable at the time of the read; this stays true later.
      if (await this.#put(leasedItem(slot, request, found, claim), found)) {
        return { kind: 'claimed', fencingToken: token, nowMs: claim.nowMs };
      }
    }
    throw new Error(`a claim was overtaken ${attemptsMax} times`);
  }

  async renew(slot: Slot, fencingToken: number, leaseMs: number): Promise<boolean> {
    const { found, nowMs } = await this.#look(slot);
    if (found?.token !== fencingToken || found.leaseUntil === undefined) return false;
    const leaseUntil = nowMs + leaseMs;
    const set = {
      leaseUntil: number(leaseUntil),
      leavesAt: number(Math.max(found.leavesAt, leavesAt(leaseUntil))),
    };
    return await this.#update(slot, fencingToken, set, []);
  }

  async complete(slot: Slot, fencingToken: number, completion: Completion): Promise<boolean> {
    const nowMs = this.#clock() ?? (await this.#look(slot)).nowMs;
    const set = completedAttributes(completion, nowMs);
    if (await this.#update(slot, fencingToken, set, ['leaseUntil', 'claimId'])) return true;
    const { found } = await this.#look(slot);
    return found?.record?.kind === 'completed' && found.token === fencingToken;
  }

  async release(slot: Slot, fencingToken: number): Promise<boolean> {
    const nowMs = this.#clock() ?? (await this.#look(slot)).nowMs;
    const gone = ['leaseUntil', 'claimId', 'fingerprint', 'firstSeenAt', 'forgetAt'];
    return await this.#update(slot, fencingToken, { leavesAt: number(leavesAt(nowMs)) }, gone);
  }

  async inspect(slot: Slot) {
    const { found, nowMs } = await this.#look(slot);
    if (found?.record === undefined || isForgotten(found.record, found.forgetAt, nowMs)) return undefined;
    return { record: found.record, nowMs };
  }

  async #look(slot: Slot): Promise<{ readonly found: FoundItem | undefined; readonly nowMs: number }> {
    const { Item } = await this.#client.getItem({
      TableName: this.#table,
      Key: keyOf(slot),
      ConsistentRead: true,
    });
    const nowMs = this.#clock();
    if (nowMs === undefined) throw new Error('the response of DynamoDB had no date');
    return { found: parseItem(Item), nowMs };
  }

  async #drawToken(): Promise<number> {
    try {
      const { Attributes } = await this.#client.updateItem({
        TableName: this.#table,
        Key: { id: text(counterId) },
        UpdateExpression: 'ADD #last :one',
        ConditionExpression: 'attribute_not_exists(#last) OR #last < :most',
        ExpressionAttributeNames: { '#last': 'last' },
        ExpressionAttributeValues: { ':one': number(1), ':most': number(Number.MAX_SAFE_INTEGER) },
        ReturnValues: 'UPDATED_NEW',
      });
      return numberOf(Attributes ?? {}, 'last');
    } catch (error) {
      // From 2^53 on a number is not exact: the same token would be issued again and again.
      if (isConditionFailure(error)) throw new RangeError('the fencing tokens are used up');
      throw error;
    }
  }

  /** Writes the item of a claim if nothing has changed since the read. */
  async #put(item: Record<string, DynamodbValue>, found: FoundItem | undefined): Promise<boolean> {
    const put = { TableName: this.#table, Item: item };
    if (found === undefined) {
      const names = { '#id': 'id' };
      return await held(
        this.#client.putItem({
          ...put,
          ConditionExpression: 'attribute_not_exists(#id)',
          ExpressionAttributeNames: names,
        }),
      );
    }
    const { token, leaseUntil } = found;
    const isAsBefore =
      leaseUntil === undefined ? 'attribute_not_exists(#leaseUntil)' : '#leaseUntil = :leaseUntil';
    return await held(
      this.#client.putItem({
        ...put,
        ConditionExpression: `#token = :token AND ${isAsBefore}`,
        ExpressionAttributeNames: { '#token': 'token', '#leaseUntil': 'leaseUntil' },
        ExpressionAttributeValues: {
          ':token': number(token),
          ...(leaseUntil === undefined ? {} : { ':leaseUntil': number(leaseUntil) }),
        },
      }),
    );
  }

  /** Changes a leased item under its token; false if the token does not hold it. */
  async #update(
    slot: Slot,
    fencingToken: number,
    set: Record<string, DynamodbValue>,
    remove: readonly string[],
  ): Promise<boolean> {
    const names = ['token', 'leaseUntil', ...Object.keys(set), ...remove];
    const sets = Object.keys(set).map((name) => `#${name} = :${name}`);
    const expressions = [
      ...(sets.length > 0 ? [`SET ${sets.join(', ')}`] : []),
      ...(remove.length > 0 ? [`REMOVE ${remove.map((name) => `#${name}`).join(', ')}`] : []),
    ];
    return await held(
      this.#client.updateItem({
        TableName: this.#table,
        Key: keyOf(slot),
        UpdateExpression: expressions.join(' '),
        ConditionExpression: isHeld,
        ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
        ExpressionAttributeValues: {
          ':token': number(fencingToken),
          ...Object.fromEntries(Object.entries(set).map(([name, value]) => [`:${name}`, value])),
        },
      }),
    );
  }
}

/** Whether the condition of a write was met. */
async function held(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (isConditionFailure(error)) return false;
    throw error;
  }
}
