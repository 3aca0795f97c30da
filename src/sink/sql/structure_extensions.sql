SELECT '', '', e.extname, e.extversion, n.nspname, r.description
FROM pg_catalog.pg_extension e
JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
LEFT JOIN remark r ON r.classoid = 'pg_catalog.pg_extension'::regclass AND r.objoid = e.oid
