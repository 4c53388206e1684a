// An `import` of node:http reads all of its members, and one of them loads Node's client for `fetch`, which a start does not need:
// importing it alone takes 94 ms of processor time on a slow machine, and this 11 ms.
const http = process.getBuiltinModule('node:http');

export const { createServer, request, Agent, ServerResponse } = http;
