/** A command was used wrongly: nothing was done, and the message explains the mistake. */
export class Misuse extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Misuse';
  }
}
