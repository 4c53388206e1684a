/** Deliveries are analyzed while they are young as other tables are: what was planned while they were empty reads all of them later. */
export const youngDeliveries = `
DO $migration$
BEGIN
  EXECUTE format($create$
    CREATE OR REPLACE FUNCTION billonce_analyze(tables text[]) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, %1$I, pg_temp AS $function$
    DECLARE name text;
    BEGIN
      FOREACH name IN ARRAY tables LOOP
        IF name !~ '^(accounts|account_lines|services|scopes|entries|(records|answers|deliveries)_[a-z0-9_]+)$' THEN
          RAISE EXCEPTION 'not a table that is analyzed: %%', name;
        END IF;
        EXECUTE format('ANALYZE (SKIP_LOCKED) %1$I.%%I', name);
      END LOOP;
    END
    $function$
  $create$, current_schema());
END
$migration$;
`;
