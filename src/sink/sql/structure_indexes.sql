-- Of pg_get_indexdef() what stands behind the table's name, which is not searched for: it may hold
-- any words itself.
SELECT s.name, c.relname, x.relname, CASE WHEN i.indisunique THEN 'yes' ELSE 'no' END,
       pg_catalog.substr(pg_catalog.pg_get_indexdef(i.indexrelid), 1 + pg_catalog.length(
           'CREATE ' || CASE WHEN i.indisunique THEN 'UNIQUE ' ELSE '' END || 'INDEX '
           || pg_catalog.quote_ident(x.relname) || ' ON '
           || CASE WHEN x.relkind = 'I' THEN 'ONLY ' ELSE '' END
           || pg_catalog.quote_ident(s.name) || '.' || pg_catalog.quote_ident(c.relname) || ' USING ')),
       CASE WHEN i.indisvalid AND i.indisready THEN 'yes' ELSE 'no' END, r.description
FROM space s
JOIN pg_catalog.pg_class c ON c.relnamespace = s.oid AND c.relkind IN ('r', 'p', 'f', 'm')
JOIN pg_catalog.pg_index i ON i.indrelid = c.oid
JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
LEFT JOIN remark r ON r.classoid = 'pg_catalog.pg_class'::regclass AND r.objoid = x.oid AND r.objsubid = 0
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k
                  WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
  AND NOT EXISTS (SELECT FROM member m
                  WHERE m.classid = 'pg_catalog.pg_class'::regclass AND m.objid = c.oid)
