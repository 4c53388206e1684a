/** The PostgreSQL that `DATABASE_URL` names. */
export function databaseUrl(): string {
  const url = process.env['DATABASE_URL'];
  if (url !== undefined) return url;
  console.error('DATABASE_URL is not set; for example postgres://postgres:secret@localhost:5432/postgres');
  process.exit(1);
}
