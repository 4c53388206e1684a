import Type from 'typebox';
import { EffectiveWithinMs, Timestamp } from './identifiers.ts';

export const Paused = Type.Object({ paused: Type.Boolean(), effectiveWithinMs: EffectiveWithinMs });

export const AdminStatus = Type.Object({
  paused: Type.Boolean(),
  pausedSince: Type.Union([Timestamp, Type.Null()]),
  version: Type.String(),
});
