-- Ends session $2 when it still holds the advisory lock $1, and nobody has raised the epoch $3.
SELECT pg_catalog.pg_terminate_backend(l.pid)
  FROM pg_catalog.pg_locks l
  JOIN pgconverge.run r ON r.epoch = $3::bigint
 WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND l.pid = $2::integer
   AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d
                      WHERE d.datname = pg_catalog.current_database())
   AND (l.classid::bigint << 32 | l.objid::bigint) = $1::bigint
