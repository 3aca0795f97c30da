SELECT s.name, '', s.name, pg_catalog.pg_get_userbyid(s.nspowner),
       (SELECT pg_catalog.string_agg(a::text, E'\n' ORDER BY a::text COLLATE "C")
        FROM pg_catalog.unnest(coalesce(s.nspacl, pg_catalog.acldefault('n', s.nspowner))) a),
       r.description
FROM space s
LEFT JOIN remark r ON r.classoid = 'pg_catalog.pg_namespace'::regclass AND r.objoid = s.oid
