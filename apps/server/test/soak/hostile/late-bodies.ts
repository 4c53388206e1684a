import { onConnections, requestOf } from '../hostile-client.ts';
import type { Pattern } from '../pattern.ts';

const body = JSON.stringify({ agent: 'late', serviceId: 'late', requests: 1 });

/** Its books remain empty, because each of its requests is refused before the body is complete. */
export const lateBodies: Pattern = {
  name: '1 bodies whose rest follows the 408',
  isRefused: true,
  async attack(target, signal) {
    await onConnections(target, signal, 20, async (socket) => {
      socket.write(requestOf(target, 'POST', '/usage', { length: body.length }) + body.slice(0, 10));
      // Waits for an answer or the end of the connection.
      await new Promise((resolve) => socket.once('data', resolve).once('close', resolve));
      if (socket.writable) socket.write(body.slice(10));
    });
  },
};
