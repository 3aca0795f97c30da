-- The names of the columns changed over the versions, so they are looked up by name.
SELECT s.name, '', c.collname,
       CASE c.collprovider WHEN 'i' THEN 'icu' WHEN 'c' THEN 'libc' WHEN 'b' THEN 'builtin'
            ELSE c.collprovider::text END,
       coalesce(j.row ->> 'colllocale', j.row ->> 'colliculocale', j.row ->> 'collcollate'),
       j.row ->> 'collicurules',
       CASE WHEN c.collisdeterministic THEN 'yes' ELSE 'no' END,
       pg_catalog.pg_get_userbyid(c.collowner), r.description
FROM space s
JOIN pg_catalog.pg_collation c ON c.collnamespace = s.oid
CROSS JOIN LATERAL (SELECT pg_catalog.to_jsonb(c) AS row) j
LEFT JOIN remark r ON r.classoid = 'pg_catalog.pg_collation'::regclass AND r.objoid = c.oid
WHERE NOT EXISTS (SELECT FROM member m
                  WHERE m.classid = 'pg_catalog.pg_collation'::regclass AND m.objid = c.oid)
