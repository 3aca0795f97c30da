SELECT s.name, '', c.relname,
       CASE c.relkind WHEN 'm' THEN 'materialized view' ELSE 'view' END,
       pg_catalog.pg_get_viewdef(c.oid),
       (SELECT pg_catalog.string_agg(o, ', ' ORDER BY o COLLATE "C") FROM pg_catalog.unnest(c.reloptions) o),
       pg_catalog.pg_get_userbyid(c.relowner),
       (SELECT pg_catalog.string_agg(a::text, E'\n' ORDER BY a::text COLLATE "C")
        FROM pg_catalog.unnest(coalesce(c.relacl, pg_catalog.acldefault('r', c.relowner))) a),
       r.description
FROM space s
JOIN pg_catalog.pg_class c ON c.relnamespace = s.oid AND c.relkind IN ('v', 'm')
LEFT JOIN remark r ON r.classoid = 'pg_catalog.pg_class'::regclass AND r.objoid = c.oid AND r.objsubid = 0
WHERE NOT EXISTS (SELECT FROM member m
                  WHERE m.classid = 'pg_catalog.pg_class'::regclass AND m.objid = c.oid)
