SELECT s.name, '', t.typname,
       CASE t.typtype
       WHEN 'c' THEN '(' || coalesce(
            (SELECT pg_catalog.string_agg(pg_catalog.quote_ident(a.attname) || ' '
                       || pg_catalog.format_type(a.atttypid, a.atttypmod), ', ' ORDER BY a.attnum)
             FROM pg_catalog.pg_attribute a
             WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped), '') || ')'
       ELSE (SELECT 'range of ' || pg_catalog.format_type(g.rngsubtype, NULL)
             FROM pg_catalog.pg_range g WHERE g.rngtypid = t.oid) END,
       pg_catalog.pg_get_userbyid(t.typowner),
       (SELECT pg_catalog.string_agg(a::text, E'\n' ORDER BY a::text COLLATE "C")
        FROM pg_catalog.unnest(coalesce(t.typacl, pg_catalog.acldefault('T', t.typowner))) a),
       r.description
FROM space s
JOIN pg_catalog.pg_type t ON t.typnamespace = s.oid
LEFT JOIN remark r ON r.classoid = 'pg_catalog.pg_type'::regclass AND r.objoid = t.oid
WHERE (t.typtype = 'r' OR (t.typtype = 'c' AND EXISTS (SELECT FROM pg_catalog.pg_class c
                                                       WHERE c.oid = t.typrelid AND c.relkind = 'c')))
  AND NOT EXISTS (SELECT FROM member m
                  WHERE m.classid = 'pg_catalog.pg_type'::regclass AND m.objid = t.oid)
