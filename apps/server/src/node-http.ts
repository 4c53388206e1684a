// An `import` of node:http reads all of its members, and one of them loads Node's client for `fetch`: 80 ms of a start on a slow machine.
const http = process.getBuiltinModule('node:http');

export const { createServer, request, Agent, ServerResponse } = http;
