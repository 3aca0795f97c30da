SELECT s.name, '', t.typname,
       (SELECT pg_catalog.string_agg(pg_catalog.quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder)
        FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid),
       pg_catalog.pg_get_userbyid(t.typowner),
       (SELECT pg_catalog.string_agg(a::text, E'\n' ORDER BY a::text COLLATE "C")
        FROM pg_catalog.unnest(coalesce(t.typacl, pg_catalog.acldefault('T', t.typowner))) a),
       r.description
FROM space s
JOIN pg_catalog.pg_type t ON t.typnamespace = s.oid AND t.typtype = 'e'
LEFT JOIN remark r ON r.classoid = 'pg_catalog.pg_type'::regclass AND r.objoid = t.oid
WHERE NOT EXISTS (SELECT FROM member m
                  WHERE m.classid = 'pg_catalog.pg_type'::regclass AND m.objid = t.oid)
