-- Begins every catalog query: the schemas asked for ($1, all but the system's when NULL), never the
-- ledger's; and what belongs to an extension. Every other query reads on from here.
WITH space AS NOT MATERIALIZED (
    SELECT n.oid, n.nspname AS name, n.nspowner, n.nspacl FROM pg_catalog.pg_namespace n
    WHERE n.nspname <> 'pgconverge'
      AND CASE WHEN $1::text[] IS NULL THEN n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
               ELSE n.nspname = ANY ($1::text[]) END
), member AS (
    SELECT d.classid, d.objid FROM pg_catalog.pg_depend d WHERE d.deptype = 'e'
), remark AS NOT MATERIALIZED (
    SELECT d.classoid, d.objoid, d.objsubid, d.description FROM pg_catalog.pg_description d
)
