SELECT s.name, '', p.proname || '(' || pg_catalog.pg_get_function_identity_arguments(p.oid) || ')',
       CASE WHEN p.prokind <> 'a' THEN pg_catalog.pg_get_functiondef(p.oid)
            ELSE (SELECT pg_catalog.format('aggregate of %s, state %s, final %s, initially %s', g.aggtransfn,
                            pg_catalog.format_type(g.aggtranstype, NULL), g.aggfinalfn,
                            pg_catalog.quote_nullable(g.agginitval))
                  FROM pg_catalog.pg_aggregate g WHERE g.aggfnoid = p.oid) END,
       pg_catalog.pg_get_userbyid(p.proowner),
       (SELECT pg_catalog.string_agg(a::text, E'\n' ORDER BY a::text COLLATE "C")
        FROM pg_catalog.unnest(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) a),
       r.description
FROM space s
JOIN pg_catalog.pg_proc p ON p.pronamespace = s.oid
LEFT JOIN remark r ON r.classoid = 'pg_catalog.pg_proc'::regclass AND r.objoid = p.oid
WHERE NOT EXISTS (SELECT FROM member m
                  WHERE m.classid = 'pg_catalog.pg_proc'::regclass AND m.objid = p.oid)
