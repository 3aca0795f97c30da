-- The tables of schema $1 as they stand: name, kind, bytes, block size, and the names of the columns.
SELECT c.relname, c.relkind, pg_catalog.pg_relation_size(c.oid),
       pg_catalog.current_setting('block_size'), a.attname
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
 WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
