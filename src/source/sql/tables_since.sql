-- When the tables were last committed to or defined: all, and those of engines that have no
-- transactions; and how many show no date of a change.
SELECT CAST(GREATEST(COALESCE(MAX(UNIX_TIMESTAMP(UPDATE_TIME)), 0),
                     COALESCE(MAX(UNIX_TIMESTAMP(CREATE_TIME)), 0)) AS UNSIGNED),
       CAST(COALESCE(MAX(IF(ENGINE = 'InnoDB', NULL, UNIX_TIMESTAMP(UPDATE_TIME))), 0)
            AS UNSIGNED),
       UNIX_TIMESTAMP(),
       COUNT(*) - COUNT(UPDATE_TIME),
       COUNT(IF(UPDATE_TIME IS NULL AND ENGINE <> 'InnoDB', 1, NULL))
FROM information_schema.TABLES
WHERE TABLE_TYPE <> 'VIEW' AND TABLE_TYPE <> 'SYSTEM VIEW'
  AND TABLE_SCHEMA NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema')
