-- The account that pgconverge reads MariaDB 10.5 or newer with: it can read one database, its views,
-- triggers, events and routines, and can write nothing.
--
-- Replace `mydb` by your database; in a GRANT, _ and % are wildcards: write \_ for an underscore.
-- Run it as an administrator:   mariadb -u root -p <source-mariadb.sql
--
-- The account is made locked and without a password. Give it one, and where it may come from, with:
--   ALTER USER 'pgconverge_reader'@'%' IDENTIFIED BY '...' ACCOUNT UNLOCK;
-- and keep the password in a file that pgconverge reads: --source-password-file FILE.

CREATE USER IF NOT EXISTS 'pgconverge_reader'@'%' ACCOUNT LOCK;

-- Rows and columns; the texts of views and triggers; events.
GRANT SELECT, SHOW VIEW, TRIGGER, EVENT ON `mydb`.* TO 'pgconverge_reader'@'%';

-- The texts of procedures and functions. What the account cannot see is not taken for absent:
-- without this right pgconverge stops and asks for it.
GRANT SELECT ON mysql.proc TO 'pgconverge_reader'@'%';

-- Optional: with the binary log on, its position tells whether the source stood still.
-- GRANT BINLOG MONITOR ON *.* TO 'pgconverge_reader'@'%';
