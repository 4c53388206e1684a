import { onAgents, onConnections, requestOf } from '../hostile-client.ts';
import { type Pattern, scaled } from '../pattern.ts';

const headers = { 'content-type': 'application/json' };
const mebibyte = 1_024 * 1_024;

export const faultyBodies: Pattern = {
  name: '6 bodies of 8 MiB full of faults',
  attack(target, signal) {
    const item = '{"agent":1,"serviceId":2,"requests":"x"}';
    const length = scaled(target, Math.floor((7.9 * mebibyte) / (item.length + 1)));
    const body = `{"items":[${Array.from({ length }, () => item).join(',')}]}`;
    return onAgents(target, signal, 2, '/api/v1/usage/bulk', () => ({ method: 'POST', headers, body }));
  },
};

export const manyMembers: Pattern = {
  name: '6 bodies of 560,000 members',
  attack(target, signal) {
    const members = Array.from({ length: scaled(target, 560_000) }, (_, at) => `"m${at.toString(36)}":1`);
    const body = `{"items":[],${members.join(',')}}`;
    return onAgents(target, signal, 2, '/api/v1/usage/bulk', () => ({ method: 'POST', headers, body }));
  },
};

export const unfinishedBodies: Pattern = {
  name: '6 bodies of 8 MiB without their last byte',
  async attack(target, signal) {
    const part = ' '.repeat(mebibyte);
    await onConnections(target, signal, 50, async (socket) => {
      socket.resume();
      socket.write(requestOf(target, 'POST', '/usage/bulk', { length: 8 * mebibyte }));
      for (let sent = 0; sent < 7 && socket.writable; sent++) {
        await new Promise((resolve) => socket.write(part, resolve));
      }
    });
  },
};
