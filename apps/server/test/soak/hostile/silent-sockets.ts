import { onConnections } from '../hostile-client.ts';
import type { Pattern } from '../pattern.ts';

export const silentSockets: Pattern = {
  name: '1 sockets that say nothing, and half a head',
  async attack(target, signal) {
    await Promise.all([
      onConnections(target, signal, 150, () => undefined),
      onConnections(target, signal, 50, (socket) => {
        socket.write('POST /api/v1/usage HTTP/1.1\r\nHost: ');
      }),
    ]);
  },
};
