import type { Pause } from '../../../domain/pause.ts';
import type { Settings } from '../../../domain/settings.ts';
import { adminTenant } from '../../../domain/tenant.ts';
import { pause, settings } from '../../tables/operator.ts';
import { json } from '../columns.ts';
import { recordOf, upsertSql } from '../described.ts';
import type { StatementRunner } from '../statement-runner.ts';

const savePauseSql = upsertSql(pause);
const pauseRecord = recordOf(pause);
const saveSettingsSql = upsertSql(settings);
const settingsRecord = recordOf(settings);

export async function savePause(statements: StatementRunner, changed: Pause): Promise<void> {
  await statements.rows(savePauseSql, [json([pauseRecord({ operator: adminTenant }, changed)])]);
}

export async function saveSettings(statements: StatementRunner, changed: Settings): Promise<void> {
  await statements.rows(saveSettingsSql, [json([settingsRecord({ operator: adminTenant }, changed)])]);
}
