import type { KeyFacts, RecordKey } from '../../../reads/books.ts';
import type { AnswerCap } from '../../stored-answer.ts';
import type { Connection } from '../connection.ts';
import { answersTable, hasAnswer, listAnswersTables } from './answers.ts';
import { loadRecordFacts } from './records.ts';

/** What there is to say of an idempotency key, and whether its answer is kept. */
export function loadKeyFacts(connection: Connection, key: RecordKey, cap: AnswerCap): KeyFacts | undefined {
  const facts = loadRecordFacts(connection, key);
  if (facts === undefined) return undefined;
  const { firstSeenAtMs, method, path, status, location, answerNumber } = facts;
  const table = answersTable(firstSeenAtMs);
  const isKept =
    listAnswersTables(connection).includes(table) &&
    hasAnswer(connection, table, { ...key, number: answerNumber }, cap);
  const answerExpiresAtMs = isKept ? facts.answerExpiresAtMs : undefined;
  return { firstSeenAtMs, method, path, status, location, answerExpiresAtMs };
}
