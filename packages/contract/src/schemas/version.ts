import Type from 'typebox';

export const Changelog = Type.Object({
  entries: Type.Array(
    Type.Object({
      version: Type.String(),
      date: Type.Union([Type.String(), Type.Null()], { description: 'Null: not released yet.' }),
      notes: Type.Array(Type.String()),
    }),
  ),
});

export const Version = Type.Object({ name: Type.Literal('billonce'), version: Type.String() });
