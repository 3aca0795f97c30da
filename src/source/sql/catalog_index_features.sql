-- What STATISTICS can tell depends on server and version.
SELECT COLUMN_NAME
FROM information_schema.COLUMNS
WHERE TABLE_SCHEMA = 'information_schema' AND TABLE_NAME = 'STATISTICS'
  AND COLUMN_NAME IN ('EXPRESSION', 'IS_VISIBLE', 'IGNORED')
