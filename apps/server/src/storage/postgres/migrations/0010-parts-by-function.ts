/**
 * Functions that create and drop the parts of tables and analyze young ones, with the rights of the role that migrates. The role of a server may call them,
 * and owns nothing. Each accepts only names and bounds of the known form. The search path ends with `pg_temp`: a temporary table
 * must not take the place of one of ours.
 */
export const partsByFunction = `
DO $migration$
BEGIN
  EXECUTE format($create$
    CREATE FUNCTION billonce_make_part(parent text, part text, from_bound text, to_bound text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, %1$I, pg_temp AS $function$
    BEGIN
      IF parent NOT IN ('answers', 'records', 'deliveries') OR part !~ ('^' || parent || '_[0-9]{8}_[0-9]{8}$') THEN
        RAISE EXCEPTION 'not a part: %% of %%', part, parent;
      END IF;
      -- Attached, and not created as a part: that would lock the whole table against everyone.
      EXECUTE format('CREATE TABLE %1$I.%%I (LIKE %%I INCLUDING ALL)', part, parent);
      EXECUTE format('ALTER TABLE %%I ATTACH PARTITION %%I FOR VALUES FROM (%%L) TO (%%L)', parent, part, from_bound, to_bound);
    END
    $function$
  $create$, current_schema());
  EXECUTE format($create$
    CREATE FUNCTION billonce_drop_part(part text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, %1$I, pg_temp AS $function$
    BEGIN
      IF part !~ '^(answers|records|deliveries)_[0-9]{8}_[0-9]{8}$' THEN
        RAISE EXCEPTION 'not a part: %%', part;
      END IF;
      EXECUTE format('DROP TABLE IF EXISTS %1$I.%%I', part);
    END
    $function$
  $create$, current_schema());
  EXECUTE format($create$
    CREATE FUNCTION billonce_analyze(tables text[]) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, %1$I, pg_temp AS $function$
    DECLARE name text;
    BEGIN
      FOREACH name IN ARRAY tables LOOP
        IF name !~ '^(accounts|account_lines|services|scopes|entries|(records|answers)_[a-z0-9_]+)$' THEN
          RAISE EXCEPTION 'not a table that is analyzed: %%', name;
        END IF;
        EXECUTE format('ANALYZE (SKIP_LOCKED) %1$I.%%I', name);
      END LOOP;
    END
    $function$
  $create$, current_schema());
END
$migration$;
REVOKE EXECUTE ON FUNCTION billonce_make_part(text, text, text, text), billonce_drop_part(text),
  billonce_analyze(text[]) FROM PUBLIC;
`;
