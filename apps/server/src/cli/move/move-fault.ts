/** Ends the move: what is carried stays carried, and the command can be run again. */
export class MoveFault extends Error {}
