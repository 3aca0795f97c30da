-- Ends the recorded sessions that still live; pid and start time together name a session for good.
SELECT b.pid, b.what, pg_catalog.pg_terminate_backend(b.pid)
  FROM pgconverge.backend b
  JOIN pg_catalog.pg_stat_activity a ON a.pid = b.pid AND a.backend_start = b.backend_start
 WHERE b.pid <> pg_catalog.pg_backend_pid()
