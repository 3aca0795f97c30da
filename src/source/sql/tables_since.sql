-- When the tables were last committed to or defined; how many have no date, and how many of those
-- are of engines whose writes do not move InnoDB's LSN.
SELECT COALESCE(UNIX_TIMESTAMP(MAX(GREATEST(COALESCE(UPDATE_TIME, CREATE_TIME, 0),
                                            COALESCE(CREATE_TIME, 0)))), 0),
       UNIX_TIMESTAMP(),
       COALESCE(SUM(UPDATE_TIME IS NULL), 0),
       COALESCE(SUM(UPDATE_TIME IS NULL AND ENGINE <> 'InnoDB'), 0)
FROM information_schema.TABLES
WHERE TABLE_TYPE <> 'VIEW' AND TABLE_TYPE <> 'SYSTEM VIEW'
  AND TABLE_SCHEMA NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema')
