SELECT s.name, c.relname, k.conname, pg_catalog.pg_get_expr(k.conbin, k.conrelid),
       CASE WHEN k.connoinherit THEN 'no' ELSE 'yes' END,
       CASE WHEN k.convalidated THEN 'yes' ELSE 'no' END, r.description
FROM space s
JOIN pg_catalog.pg_class c ON c.relnamespace = s.oid AND c.relkind IN ('r', 'p', 'f')
JOIN pg_catalog.pg_constraint k ON k.conrelid = c.oid AND k.contype = 'c'
LEFT JOIN remark r ON r.classoid = 'pg_catalog.pg_constraint'::regclass AND r.objoid = k.oid
WHERE NOT EXISTS (SELECT FROM member m
                  WHERE m.classid = 'pg_catalog.pg_class'::regclass AND m.objid = c.oid)
