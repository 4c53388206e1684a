import { onConnections, requestOf } from '../hostile-client.ts';
import { type Pattern, scaled } from '../pattern.ts';

export const pipelinedRequests: Pattern = {
  name: '1 requests that wait for no answers',
  attack: (target, signal) =>
    onConnections(target, signal, 8, (socket) => {
      socket.resume();
      socket.write(requestOf(target, 'GET', '/billing/total').repeat(scaled(target, 5_000)));
    }),
};

export const tinyChunks: Pattern = {
  name: '6 bodies in chunks of one byte',
  attack: (target, signal) =>
    onConnections(target, signal, 8, async (socket) => {
      const head = requestOf(target, 'POST', '/usage/bulk', { length: 0 }).trimEnd();
      const chunked = head.replace(/Content-Length: 0$/m, 'Transfer-Encoding: chunked');
      socket.resume();
      const part = '1\r\n \r\n'.repeat(1_000);
      // The head is sent with as many chunks as one read of the socket takes.
      socket.write(`${chunked}\r\n\r\n${part.repeat(10)}`);
      for (let sent = 0; sent < scaled(target, 1_000) && socket.writable; sent++) {
        await new Promise((resolve) => socket.write(part, resolve));
      }
    }),
};
