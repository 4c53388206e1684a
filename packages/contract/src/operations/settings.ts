import type { OperationSpec } from '../operation-spec.ts';
import { ConfigChange, ConfigChanged, ConfigFilter, RuntimeConfig } from '../schemas/settings.ts';

/** The settings that the operator can change while the server runs. */
export const settingsOperations = {
  readConfig: {
    method: 'GET',
    path: '/api/v1/config',
    summary: 'The settings that can be changed while the server runs',
    description: 'Shows the settings in force.',
    access: 'admin',
    query: ConfigFilter,
    successes: { 200: { description: 'The settings in force.', schema: RuntimeConfig } },
    errors: [],
  },
  changeConfig: {
    method: 'PATCH',
    path: '/api/v1/config',
    summary: 'Change settings while the server runs; they are kept after a restart',
    description:
      'Changes the settings that are sent. They survive a restart; `null` restores the value of the variable.',
    access: 'admin',
    body: ConfigChange,
    successes: { 200: { description: 'The settings in force.', schema: ConfigChanged } },
    errors: [],
  },
} as const satisfies Record<string, OperationSpec>;
