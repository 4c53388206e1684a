import Type from 'typebox';
import { ApiKeyPrefix, keyRights } from './api-keys.ts';
import { Tenant } from './identifiers.ts';

export const CallerSeen = Type.Object({
  kind: Type.Union([Type.Literal('anonymous'), Type.Literal('tenant'), Type.Literal('admin')], {
    description:
      '`anonymous`: without a key, in development mode. `tenant`: by an API key. `admin`: by the admin key.',
  }),
  tenant: Type.Union([Tenant, Type.Null()], {
    description:
      'The tenant whose books the caller reads and writes. Null: the admin, who has not named a tenant.',
  }),
  keyPrefix: Type.Union([ApiKeyPrefix, Type.Null()], { description: 'The prefix of the API key.' }),
  ...keyRights,
});
