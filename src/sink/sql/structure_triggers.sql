SELECT s.name, c.relname, t.tgname, pg_catalog.pg_get_triggerdef(t.oid),
       CASE t.tgenabled WHEN 'D' THEN 'no' WHEN 'R' THEN 'replica only' WHEN 'A' THEN 'always' ELSE 'yes' END,
       r.description
FROM space s
JOIN pg_catalog.pg_class c ON c.relnamespace = s.oid
JOIN pg_catalog.pg_trigger t ON t.tgrelid = c.oid AND NOT t.tgisinternal
LEFT JOIN remark r ON r.classoid = 'pg_catalog.pg_trigger'::regclass AND r.objoid = t.oid
WHERE NOT EXISTS (SELECT FROM member m
                  WHERE m.classid = 'pg_catalog.pg_class'::regclass AND m.objid = c.oid)
