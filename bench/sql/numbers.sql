-- The numbers 0 … 999, in a database of their own: the others are migrated whole.
CREATE DATABASE IF NOT EXISTS pgcbench_numbers;
CREATE TABLE IF NOT EXISTS pgcbench_numbers.thousand (n int NOT NULL PRIMARY KEY);
INSERT IGNORE INTO pgcbench_numbers.thousand
WITH RECURSIVE counter AS (SELECT 0 AS n UNION ALL SELECT n + 1 FROM counter WHERE n < 999)
SELECT n FROM counter;
