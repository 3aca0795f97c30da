-- Identity columns of a schema: table, column, its sequence as a quoted name, increment.
SELECT c.relname, a.attname,
       pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(q.relname), p.seqincrement
FROM pg_catalog.pg_namespace s
JOIN pg_catalog.pg_class c ON c.relnamespace = s.oid AND c.relkind IN ('r', 'p')
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attidentity <> '' AND NOT a.attisdropped
JOIN pg_catalog.pg_depend d ON d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = c.oid
                           AND d.refobjsubid = a.attnum AND d.deptype = 'i'
                           AND d.classid = 'pg_catalog.pg_class'::regclass
JOIN pg_catalog.pg_sequence p ON p.seqrelid = d.objid
JOIN pg_catalog.pg_class q ON q.oid = d.objid
JOIN pg_catalog.pg_namespace n ON n.oid = q.relnamespace
WHERE s.nspname = $1 AND p.seqincrement > 0
ORDER BY c.relname COLLATE "C", a.attnum
