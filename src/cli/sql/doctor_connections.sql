-- The nearest ceiling of server, database and role, and how many connections count against it.
WITH ceilings (most, used) AS (
    SELECT pg_catalog.current_setting('max_connections')::pg_catalog.int4
           - CASE WHEN r.rolsuper THEN 0
             ELSE pg_catalog.current_setting('superuser_reserved_connections')::pg_catalog.int4 END,
           (SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_activity a
            WHERE a.backend_type = 'client backend')
    FROM pg_catalog.pg_roles r WHERE r.rolname = current_user
    UNION ALL
    SELECT d.datconnlimit,
           (SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_activity a WHERE a.datid = d.oid)
    FROM pg_catalog.pg_database d
    WHERE d.datname = pg_catalog.current_database() AND d.datconnlimit >= 0
    UNION ALL
    SELECT r.rolconnlimit,
           (SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_activity a WHERE a.usesysid = r.oid)
    FROM pg_catalog.pg_roles r
    WHERE r.rolname = current_user AND r.rolconnlimit >= 0
)
SELECT c.most, c.used FROM ceilings c ORDER BY c.most - c.used LIMIT 1
