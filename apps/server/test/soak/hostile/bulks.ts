import { onAgents } from '../hostile-client.ts';
import type { Pattern } from '../pattern.ts';

const headers = { 'content-type': 'application/json' };
const bulk = JSON.stringify({
  items: Array.from({ length: 1_000 }, (_, at) => ({
    agent: `agent-${at % 50}`,
    serviceId: 'bulk',
    requests: 1,
  })),
});
const mostlyEmpty = JSON.stringify({
  items: [{ agent: 'agent', serviceId: 'bulk', requests: 1 }, ...Array.from({ length: 999 }, () => ({}))],
});

export const bulks: Pattern = {
  name: '5 bulks of 1,000 on 16 connections',
  attack: (target, signal) =>
    onAgents(target, signal, 16, '/api/v1/usage/bulk', () => ({ method: 'POST', headers, body: bulk })),
};

export const emptyItems: Pattern = {
  name: '11 bulks of 999 empty items',
  attack: (target, signal) =>
    onAgents(target, signal, 4, '/api/v1/usage/bulk', () => ({
      method: 'POST',
      headers: { ...headers, 'idempotency-key': crypto.randomUUID() },
      body: mostlyEmpty,
    })),
};
