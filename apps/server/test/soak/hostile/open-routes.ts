import { onAgents } from '../hostile-client.ts';
import type { Pattern } from '../pattern.ts';

export const openRoutes: Pattern = {
  name: '9 pages and documents that need no key',
  async attack(target, signal) {
    await Promise.all([
      onAgents(target, signal, 8, '/api/v1/openapi.json', () => ({})),
      onAgents(target, signal, 8, '/api/v1/docs/swagger-ui-bundle.js', () => ({})),
    ]);
  },
};

export const wrongKeys: Pattern = {
  name: '9 wrong keys and readiness',
  async attack(target, signal) {
    const wrong = () => ({ headers: { 'x-api-key': `apk_${crypto.randomUUID().replaceAll('-', '')}` } });
    await Promise.all([
      onAgents(target, signal, 32, '/api/v1/usage', wrong),
      onAgents(target, signal, 32, '/api/v1/health/ready', () => ({})),
    ]);
  },
};
