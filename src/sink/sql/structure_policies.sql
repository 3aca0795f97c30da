SELECT s.name, c.relname, p.polname,
       CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE'
            WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
       CASE WHEN p.polpermissive THEN 'yes' ELSE 'no' END,
       (SELECT pg_catalog.string_agg(q.name, ', ' ORDER BY q.name COLLATE "C")
        FROM (SELECT CASE WHEN u.role = 0 THEN 'PUBLIC' ELSE pg_catalog.pg_get_userbyid(u.role)::text END
              FROM pg_catalog.unnest(p.polroles) u (role)) q (name)),
       pg_catalog.pg_get_expr(p.polqual, p.polrelid),
       pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid), r.description
FROM space s
JOIN pg_catalog.pg_class c ON c.relnamespace = s.oid
JOIN pg_catalog.pg_policy p ON p.polrelid = c.oid
LEFT JOIN remark r ON r.classoid = 'pg_catalog.pg_policy'::regclass AND r.objoid = p.oid
WHERE NOT EXISTS (SELECT FROM member m
                  WHERE m.classid = 'pg_catalog.pg_class'::regclass AND m.objid = c.oid)
