/** Ends the move: what was carried over stays, and the command can be run again. */
export class MoveFault extends Error {}
