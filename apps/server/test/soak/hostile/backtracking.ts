import { onAgents, onConnections, requestOf } from '../hostile-client.ts';
import type { Pattern } from '../pattern.ts';

const usage = JSON.stringify({ agent: 'a', serviceId: 's', requests: 1 });

export const backtracking: Pattern = {
  name: '7 long numbers and blank headers',
  async attack(target, signal) {
    const body = `{"agent":"a","serviceId":"s","requests":1${'0'.repeat(200_000)}1}`;
    const headers = { 'content-type': 'application/json', 'idempotency-key': 'long' };
    const blank = [`Idempotency-Key: a${' '.repeat(14_000)}b`];
    await Promise.all([
      onAgents(target, signal, 4, '/api/v1/usage', () => ({ method: 'POST', headers, body })),
      onConnections(target, signal, 4, (socket) => {
        socket.resume();
        socket.end(requestOf(target, 'POST', '/usage', { body: usage, headers: blank }));
      }),
    ]);
  },
};
