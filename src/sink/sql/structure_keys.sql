SELECT s.name, c.relname, k.conname, pg_catalog.pg_get_constraintdef(k.oid),
       CASE WHEN i.indisvalid THEN 'yes' ELSE 'no' END,
       nullif(pg_catalog.concat_ws(E'\n', r.description, x.description), '')
FROM space s
JOIN pg_catalog.pg_class c ON c.relnamespace = s.oid AND c.relkind IN ('r', 'p', 'f')
JOIN pg_catalog.pg_constraint k ON k.conrelid = c.oid AND k.contype IN ('p', 'u', 'x')
LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = k.conindid
LEFT JOIN remark r ON r.classoid = 'pg_catalog.pg_constraint'::regclass AND r.objoid = k.oid
LEFT JOIN remark x ON x.classoid = 'pg_catalog.pg_class'::regclass AND x.objoid = k.conindid AND x.objsubid = 0
WHERE NOT EXISTS (SELECT FROM member m
                  WHERE m.classid = 'pg_catalog.pg_class'::regclass AND m.objid = c.oid)
