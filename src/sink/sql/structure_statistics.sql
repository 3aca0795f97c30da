SELECT s.name, c.relname, t.stxname, pg_catalog.pg_get_statisticsobjdef(t.oid),
       pg_catalog.pg_get_userbyid(t.stxowner), r.description
FROM space s
JOIN pg_catalog.pg_statistic_ext t ON t.stxnamespace = s.oid
JOIN pg_catalog.pg_class c ON c.oid = t.stxrelid
LEFT JOIN remark r ON r.classoid = 'pg_catalog.pg_statistic_ext'::regclass AND r.objoid = t.oid
WHERE NOT EXISTS (SELECT FROM member m
                  WHERE m.classid = 'pg_catalog.pg_statistic_ext'::regclass AND m.objid = t.oid)
