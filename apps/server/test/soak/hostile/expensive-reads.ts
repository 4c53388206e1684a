import { onAgents, onConnections, requestOf } from '../hostile-client.ts';
import type { Pattern } from '../pattern.ts';

export const abandonedSums: Pattern = {
  name: '4 sums that are asked for and hung up on',
  needsEntries: true,
  async attack(target, signal) {
    await onConnections(target, signal, 50, (socket) => {
      socket.write(requestOf(target, 'GET', '/events/summary'), () => socket.destroy());
    });
  },
};

export const emptySearches: Pattern = {
  name: '4 searches that find nothing, and exports',
  needsEntries: true,
  async attack(target, signal) {
    await Promise.all([
      onAgents(target, signal, 8, '/api/v1/entries?serviceId=nothing', () => ({})),
      onAgents(target, signal, 16, '/api/v1/usage/export.json', () => ({})),
    ]);
  },
};
