-- The sequence of an identity column belongs to the column (deptype i).
SELECT s.name, '', c.relname, pg_catalog.format_type(q.seqtypid, NULL), q.seqstart, q.seqmin, q.seqmax,
       q.seqincrement, q.seqcache, CASE WHEN q.seqcycle THEN 'yes' ELSE 'no' END,
       (SELECT pg_catalog.quote_ident(tn.nspname) || '.' || pg_catalog.quote_ident(t.relname) || '.'
               || pg_catalog.quote_ident(a.attname)
        FROM pg_catalog.pg_depend d
        JOIN pg_catalog.pg_class t ON t.oid = d.refobjid
        JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
        JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
        WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid
          AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.deptype = 'a'),
       pg_catalog.pg_get_userbyid(c.relowner),
       (SELECT pg_catalog.string_agg(a::text, E'\n' ORDER BY a::text COLLATE "C")
        FROM pg_catalog.unnest(coalesce(c.relacl, pg_catalog.acldefault('s', c.relowner))) a),
       r.description
FROM space s
JOIN pg_catalog.pg_class c ON c.relnamespace = s.oid AND c.relkind = 'S'
JOIN pg_catalog.pg_sequence q ON q.seqrelid = c.oid
LEFT JOIN remark r ON r.classoid = 'pg_catalog.pg_class'::regclass AND r.objoid = c.oid AND r.objsubid = 0
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'i')
  AND NOT EXISTS (SELECT FROM member m
                  WHERE m.classid = 'pg_catalog.pg_class'::regclass AND m.objid = c.oid)
