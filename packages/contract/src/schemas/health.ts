import Type from 'typebox';
import { Cursor, clampedLimit } from './pages.ts';

export const Health = Type.Object({ status: Type.Literal('ok'), service: Type.Literal('billonce') });

export const Ready = Type.Object({ ready: Type.Literal(true) });

export const HealthFilter = Type.Object(
  { cursor: Type.Optional(Cursor), limit: Type.Optional(clampedLimit(50, 10)) },
  { additionalProperties: false },
);

const Memory = Type.Object({ rssMb: Type.Integer(), heapUsedMb: Type.Integer() });

export const DeepHealth = Type.Object({
  status: Type.Union([Type.Literal('ok'), Type.Literal('paused')]),
  uptimeSeconds: Type.Integer({ minimum: 0 }),
  memory: Memory,
  pid: Type.Integer(),
  node: Type.String({ description: 'The version of Node.' }),
  checks: Type.Array(
    Type.Object({
      name: Type.String(),
      status: Type.Literal('ok'),
      detail: Type.Object({}, { additionalProperties: true }),
    }),
    { description: 'A page of the checks, by their names.' },
  ),
  checksTotal: Type.Integer({ minimum: 0 }),
  nextChecksCursor: Type.Union([Cursor, Type.Null()]),
  readMs: Type.Number(),
  writeMs: Type.Number(),
  queuedItems: Type.Integer(),
  inFlightItems: Type.Integer(),
  durability: Type.Object({
    engine: Type.Union([Type.Literal('sqlite'), Type.Literal('postgres')]),
    settings: Type.Record(Type.String(), Type.String(), {
      description:
        'Settings in force where this instance writes, such as `synchronous` (2 is FULL) or `fsync`.',
      examples: [{ journal_mode: 'wal', synchronous: '2', foreign_keys: '1' }],
    }),
    openings: Type.Optional(
      Type.Integer({
        description: 'How often the file was opened: once at the start, and again after a fault.',
      }),
    ),
  }),
});
