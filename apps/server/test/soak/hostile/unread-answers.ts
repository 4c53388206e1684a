import { onConnections, requestOf } from '../hostile-client.ts';
import type { Pattern } from '../pattern.ts';

export const unreadAnswers: Pattern = {
  name: '1, 4 answers and exports that no one reads',
  needsEntries: true,
  async attack(target, signal) {
    const requests = [
      requestOf(target, 'GET', '/openapi.json').repeat(8),
      requestOf(target, 'GET', '/usage/export.json'),
    ];
    await onConnections(target, signal, 60, (socket) => {
      socket.pause();
      for (const request of requests) socket.write(request);
    });
  },
};
