/** What the bodies are that this server makes itself. */
export const jsonType = 'application/json; charset=utf-8';
export const csvType = 'text/csv; charset=utf-8';
