import { errorCodes } from '@billonce/contract';
import { errorCodeReply } from '../../answers/errors.ts';
import { ApiError } from '../api-error.ts';
import type { HandlersOf } from '../router.ts';

export function errorsRoutes() {
  return {
    readErrorCode: async (call) => {
      const entry = Object.entries(errorCodes).find(([code]) => code === call.params.code);
      if (entry === undefined) throw new ApiError('not_found', 'no such error code');
      return errorCodeReply({ code: entry[0], ...entry[1] });
    },
  } satisfies HandlersOf<'errors'>;
}
