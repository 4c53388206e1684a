/** The lease of an operation was lost: its transaction must be rolled back. */
export class LeaseLostError extends Error {
  readonly code = 'idempotency_lease_lost';

  constructor() {
    super('the lease of this operation was lost: roll its transaction back');
    this.name = 'LeaseLostError';
  }
}
