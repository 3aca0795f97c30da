-- What stands under the name pgconverge: whether the schema is there, whether it has our run table,
-- and whether it has anything at all (an administrator may have made an empty one for the role).
SELECT n.oid IS NOT NULL,
       EXISTS (SELECT FROM pg_catalog.pg_attribute a
                 JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
                WHERE c.relnamespace = n.oid AND c.relname = 'run'
                  AND a.attname = 'ledger_version' AND NOT a.attisdropped),
       EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.relnamespace = n.oid)
  FROM (SELECT) one
  LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = 'pgconverge'
