-- Who holds the advisory lock $1, as far as this role may see.
SELECT l.pid, COALESCE(a.application_name, ''),
       COALESCE(pg_catalog.host(a.client_addr), 'a local socket'),
       COALESCE(pg_catalog.to_char(a.backend_start, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), '')
  FROM pg_catalog.pg_locks l
  LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
 WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
   AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d
                      WHERE d.datname = pg_catalog.current_database())
   AND (l.classid::bigint << 32 | l.objid::bigint) = $1::bigint
