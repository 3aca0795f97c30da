SELECT s.name, c.relname, a.attname, a.attnum,
       pg_catalog.format_type(a.atttypid, a.atttypmod),
       CASE WHEN a.attnotnull THEN 'yes' ELSE 'no' END,
       CASE WHEN a.attgenerated = '' THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) END,
       CASE WHEN a.attidentity <> '' THEN
            CASE a.attidentity WHEN 'a' THEN 'always' ELSE 'by default' END
            || coalesce((SELECT pg_catalog.format(' (%s, start %s, increment %s, from %s to %s, cache %s%s)',
                                   pg_catalog.format_type(q.seqtypid, NULL), q.seqstart, q.seqincrement,
                                   q.seqmin, q.seqmax, q.seqcache, CASE WHEN q.seqcycle THEN ', cycle' END)
                         FROM pg_catalog.pg_depend o
                         JOIN pg_catalog.pg_sequence q ON q.seqrelid = o.objid
                         WHERE o.classid = 'pg_catalog.pg_class'::regclass
                           AND o.refclassid = 'pg_catalog.pg_class'::regclass
                           AND o.refobjid = a.attrelid AND o.refobjsubid = a.attnum AND o.deptype = 'i'), '') END,
       CASE WHEN a.attgenerated <> ''
            THEN CASE a.attgenerated WHEN 'v' THEN 'virtual ' ELSE 'stored ' END
                 || pg_catalog.pg_get_expr(d.adbin, d.adrelid) END,
       CASE WHEN a.attcollation <> t.typcollation
            THEN (SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(l.collname)
                  FROM pg_catalog.pg_collation l
                  JOIN pg_catalog.pg_namespace n ON n.oid = l.collnamespace
                  WHERE l.oid = a.attcollation) END,
       CASE WHEN a.attacl IS NOT NULL THEN
            (SELECT pg_catalog.string_agg(i::text, E'\n' ORDER BY i::text COLLATE "C")
             FROM pg_catalog.unnest(a.attacl) i) END,
       r.description
FROM space s
JOIN pg_catalog.pg_class c ON c.relnamespace = s.oid AND c.relkind IN ('r', 'p', 'f')
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN remark r ON r.classoid = 'pg_catalog.pg_class'::regclass
                  AND r.objoid = a.attrelid AND r.objsubid = a.attnum
WHERE NOT EXISTS (SELECT FROM member m
                  WHERE m.classid = 'pg_catalog.pg_class'::regclass AND m.objid = c.oid)
