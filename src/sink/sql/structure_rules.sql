SELECT s.name, c.relname, w.rulename, pg_catalog.pg_get_ruledef(w.oid),
       CASE w.ev_enabled WHEN 'D' THEN 'no' WHEN 'R' THEN 'replica only' WHEN 'A' THEN 'always' ELSE 'yes' END,
       r.description
FROM space s
JOIN pg_catalog.pg_class c ON c.relnamespace = s.oid
JOIN pg_catalog.pg_rewrite w ON w.ev_class = c.oid AND w.rulename <> '_RETURN'
LEFT JOIN remark r ON r.classoid = 'pg_catalog.pg_rewrite'::regclass AND r.objoid = w.oid
WHERE NOT EXISTS (SELECT FROM member m
                  WHERE m.classid = 'pg_catalog.pg_class'::regclass AND m.objid = c.oid)
