SELECT pg_catalog.pg_has_role(r.oid, 'MEMBER')
FROM pg_catalog.pg_roles r
WHERE r.rolname = $1
