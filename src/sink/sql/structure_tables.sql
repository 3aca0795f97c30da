SELECT s.name, '', c.relname,
       CASE c.relkind WHEN 'p' THEN 'partitioned table' WHEN 'f' THEN 'foreign table' ELSE 'table' END,
       CASE c.relpersistence WHEN 'u' THEN 'unlogged' WHEN 't' THEN 'temporary' ELSE 'permanent' END,
       CASE WHEN c.relkind = 'p' THEN pg_catalog.pg_get_partkeydef(c.oid) END,
       (SELECT pg_catalog.string_agg(pg_catalog.quote_ident(pn.nspname) || '.'
                  || pg_catalog.quote_ident(p.relname), ', ' ORDER BY i.inhseqno)
        FROM pg_catalog.pg_inherits i
        JOIN pg_catalog.pg_class p ON p.oid = i.inhparent
        JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace
        WHERE i.inhrelid = c.oid),
       pg_catalog.pg_get_expr(c.relpartbound, c.oid),
       (SELECT pg_catalog.string_agg(o, ', ' ORDER BY o COLLATE "C") FROM pg_catalog.unnest(c.reloptions) o),
       CASE c.relreplident
       WHEN 'f' THEN 'full' WHEN 'n' THEN 'nothing'
       WHEN 'i' THEN (SELECT 'index ' || pg_catalog.quote_ident(x.relname) FROM pg_catalog.pg_index i
                      JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
                      WHERE i.indrelid = c.oid AND i.indisreplident)
       ELSE 'default' END,
       CASE WHEN NOT c.relrowsecurity THEN 'no' WHEN c.relforcerowsecurity THEN 'forced' ELSE 'yes' END,
       pg_catalog.pg_get_userbyid(c.relowner),
       (SELECT pg_catalog.string_agg(a::text, E'\n' ORDER BY a::text COLLATE "C")
        FROM pg_catalog.unnest(coalesce(c.relacl, pg_catalog.acldefault('r', c.relowner))) a),
       r.description
FROM space s
JOIN pg_catalog.pg_class c ON c.relnamespace = s.oid AND c.relkind IN ('r', 'p', 'f')
LEFT JOIN remark r ON r.classoid = 'pg_catalog.pg_class'::regclass AND r.objoid = c.oid AND r.objsubid = 0
WHERE NOT EXISTS (SELECT FROM member m
                  WHERE m.classid = 'pg_catalog.pg_class'::regclass AND m.objid = c.oid)
