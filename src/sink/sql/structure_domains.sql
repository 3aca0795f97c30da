SELECT s.name, '', t.typname, pg_catalog.format_type(t.typbasetype, t.typtypmod),
       CASE WHEN t.typcollation <> b.typcollation
            THEN (SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.collname)
                  FROM pg_catalog.pg_collation c
                  JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace
                  WHERE c.oid = t.typcollation) END,
       CASE WHEN t.typnotnull THEN 'yes' ELSE 'no' END,
       pg_catalog.pg_get_expr(t.typdefaultbin, 0),
       (SELECT pg_catalog.string_agg(pg_catalog.quote_ident(c.conname) || ' '
                  || pg_catalog.pg_get_constraintdef(c.oid), E'\n' ORDER BY c.conname::text COLLATE "C")
        FROM pg_catalog.pg_constraint c WHERE c.contypid = t.oid AND c.contype = 'c'),
       pg_catalog.pg_get_userbyid(t.typowner),
       (SELECT pg_catalog.string_agg(a::text, E'\n' ORDER BY a::text COLLATE "C")
        FROM pg_catalog.unnest(coalesce(t.typacl, pg_catalog.acldefault('T', t.typowner))) a),
       r.description
FROM space s
JOIN pg_catalog.pg_type t ON t.typnamespace = s.oid AND t.typtype = 'd'
JOIN pg_catalog.pg_type b ON b.oid = t.typbasetype
LEFT JOIN remark r ON r.classoid = 'pg_catalog.pg_type'::regclass AND r.objoid = t.oid
WHERE NOT EXISTS (SELECT FROM member m
                  WHERE m.classid = 'pg_catalog.pg_type'::regclass AND m.objid = t.oid)
