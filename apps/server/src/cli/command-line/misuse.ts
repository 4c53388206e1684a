/** A command was used wrongly: nothing was done, and its message says what is wrong. */
export class Misuse extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Misuse';
  }
}
