/** Owner of what belongs to no tenant, such as the making of API keys. No tenant can have this name. */
export const adminTenant = '$admin';
