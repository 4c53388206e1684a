/** What a quote and a settlement say of a service that has no price yet. */
export function notRegistered(serviceId: string): string {
  return `service ${serviceId} is not registered: give it a price first`;
}
