import Type from 'typebox';
import { Timestamp } from './identifiers.ts';

export const KeyState = Type.Object({
  state: Type.Union([Type.Literal('remembered'), Type.Literal('tombstone')]),
  firstSeenAt: Timestamp,
  method: Type.String(),
  path: Type.String(),
  status: Type.Optional(Type.Integer()),
  location: Type.Optional(Type.String()),
  expiresAt: Timestamp,
});
