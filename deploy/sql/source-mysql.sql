-- The account that pgconverge reads MySQL 8.0.20 or newer with: it can read one database, its views,
-- triggers, events and routines, and can write nothing.
--
-- Replace `mydb` by your database; in a GRANT, _ and % are wildcards: write \_ for an underscore.
-- Run it as an administrator:   mysql -u root -p <source-mysql.sql
--
-- The account is made locked and without a password. Give it one, and where it may come from, with:
--   ALTER USER 'pgconverge_reader'@'%' IDENTIFIED BY '...' ACCOUNT UNLOCK;
-- and keep the password in a file that pgconverge reads: --source-password-file FILE.

CREATE USER IF NOT EXISTS 'pgconverge_reader'@'%' ACCOUNT LOCK;

-- Rows and columns; the texts of views and triggers; events.
GRANT SELECT, SHOW VIEW, TRIGGER, EVENT ON `mydb`.* TO 'pgconverge_reader'@'%';

-- The texts of procedures and functions. What the account cannot see is not taken for absent:
-- without this right pgconverge stops and asks for it.
GRANT SHOW_ROUTINE ON *.* TO 'pgconverge_reader'@'%';

-- Optional: where GTIDs are off, the binary log's position tells whether the source stood still.
-- GRANT REPLICATION CLIENT ON *.* TO 'pgconverge_reader'@'%';
