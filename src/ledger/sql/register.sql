INSERT INTO pgconverge.backend (pid, backend_start, what)
SELECT a.pid, a.backend_start, a.application_name
  FROM pg_catalog.pg_stat_activity a
 WHERE a.pid = pg_catalog.pg_backend_pid() AND a.backend_start IS NOT NULL
    ON CONFLICT (pid) DO UPDATE SET backend_start = EXCLUDED.backend_start, what = EXCLUDED.what
RETURNING pid
