-- Names always stand in quotes, as sink_quote_ident() writes them: a plan's keys can be written so.
SELECT s.name, c.relname, k.conname,
       (SELECT pg_catalog.string_agg('"' || pg_catalog.replace(a.attname, '"', '""') || '"', ', ' ORDER BY u.position)
        FROM pg_catalog.unnest(k.conkey) WITH ORDINALITY u (number, position)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.number),
       '"' || pg_catalog.replace(pn.nspname, '"', '""') || '"."' || pg_catalog.replace(p.relname, '"', '""') || '"',
       (SELECT pg_catalog.string_agg('"' || pg_catalog.replace(a.attname, '"', '""') || '"', ', ' ORDER BY u.position)
        FROM pg_catalog.unnest(k.confkey) WITH ORDINALITY u (number, position)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.number),
       CASE k.confmatchtype WHEN 'f' THEN 'full' WHEN 'p' THEN 'partial' ELSE 'simple' END,
       CASE k.confupdtype WHEN 'a' THEN 'NO ACTION' WHEN 'r' THEN 'RESTRICT' WHEN 'c' THEN 'CASCADE'
            WHEN 'n' THEN 'SET NULL' WHEN 'd' THEN 'SET DEFAULT' END,
       CASE k.confdeltype WHEN 'a' THEN 'NO ACTION' WHEN 'r' THEN 'RESTRICT' WHEN 'c' THEN 'CASCADE'
            WHEN 'n' THEN 'SET NULL' WHEN 'd' THEN 'SET DEFAULT' END
       || coalesce((SELECT ' of columns ' || (j.row ->> 'confdelsetcols')
                    FROM (SELECT pg_catalog.to_jsonb(k) AS row) j
                    WHERE j.row ->> 'confdelsetcols' IS NOT NULL), ''),
       CASE WHEN NOT k.condeferrable THEN 'no' WHEN k.condeferred THEN 'initially deferred' ELSE 'yes' END,
       CASE WHEN k.convalidated THEN 'yes' ELSE 'no' END, r.description
FROM space s
JOIN pg_catalog.pg_class c ON c.relnamespace = s.oid AND c.relkind IN ('r', 'p', 'f')
JOIN pg_catalog.pg_constraint k ON k.conrelid = c.oid AND k.contype = 'f' AND k.conparentid = 0
JOIN pg_catalog.pg_class p ON p.oid = k.confrelid
JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace
LEFT JOIN remark r ON r.classoid = 'pg_catalog.pg_constraint'::regclass AND r.objoid = k.oid
WHERE NOT EXISTS (SELECT FROM member m
                  WHERE m.classid = 'pg_catalog.pg_class'::regclass AND m.objid = c.oid)
