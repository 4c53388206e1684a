import { neverPaused, type Pause } from '../../../domain/pause.ts';
import { noSettings, type Settings } from '../../../domain/settings.ts';
import { adminTenant } from '../../../domain/tenant.ts';
import type { OperatorReads } from '../../../reads/books/operator.ts';
import { pause, settings } from '../../tables/operator.ts';
import { integer, integerOrAbsent } from '../columns.ts';
import { parserOf, selectList } from '../described.ts';
import type { StatementRunner } from '../statement-runner.ts';
import type { Reader } from './reader.ts';

const loadOperatorSql = `SELECT ${selectList(pause)}, ${selectList(settings)}, ids_ahead_ms, forgotten_before_ms, swept_at_ms
  FROM operator WHERE tenant = $1`;
const parsePause = parserOf(pause);
const parseSettings = parserOf(settings);

/**
 * Smaller differences are not saved. Otherwise an unsteady clock would make the batches of all tenants write the same
 * row.
 */
export const idsAheadUnnotedMs = 3_600_000;

/** What the operator has set, and what is saved about the ids. */
export async function loadOperator(connection: StatementRunner): Promise<{
  readonly pause: Pause;
  readonly forgottenBeforeMs: number;
  readonly settings: Settings;
  readonly idsAheadMaxMs: number;
  readonly sweptAtMs: number | undefined;
}> {
  const [row] = await connection.rows(loadOperatorSql, [adminTenant]);
  if (row === undefined)
    return {
      pause: neverPaused,
      forgottenBeforeMs: 0,
      settings: noSettings,
      idsAheadMaxMs: idsAheadUnnotedMs,
      sweptAtMs: undefined,
    };
  return {
    idsAheadMaxMs: integer(row, 'ids_ahead_ms'),
    sweptAtMs: integerOrAbsent(row, 'swept_at_ms'),
    forgottenBeforeMs: integer(row, 'forgotten_before_ms'),
    pause: parsePause(row),
    settings: parseSettings(row),
  };
}

export function operatorReads(reader: Reader): OperatorReads {
  return {
    pause: async () => (await reader.read(loadOperator)).pause,
    settings: async () => (await reader.read(loadOperator)).settings,
    idsAheadMaxMs: async () => (await reader.read(loadOperator)).idsAheadMaxMs,
  };
}
