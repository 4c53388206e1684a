import type { Books } from '../../src/reads/books.ts';

/** Wraps books: `between` runs after each read, before the caller gets the result. */
export function interleaved(books: Books, between: () => Promise<void>): Books {
  return new Proxy(books, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return async (...args: unknown[]) => {
        const found: unknown = await Reflect.apply(member, target, args);
        await between();
        return found;
      };
    },
  });
}
