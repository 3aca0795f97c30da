-- The role that pgconverge loads PostgreSQL with, and a database that it owns. The role is no
-- superuser and needs nothing else.
--
-- Run it as an administrator, with names of your own:
--   psql -U postgres -v role=app_owner -v database=app -f target.sql
-- Without -v both are called pgconverge. Then give the role a password:  \password app_owner
-- and keep it in ~/.pgpass, or in a file that PGPASSFILE names.

\set ON_ERROR_STOP on
\if :{?role}
\else
  \set role pgconverge
\endif
\if :{?database}
\else
  \set database pgconverge
\endif

CREATE ROLE :"role" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION;

-- Only UTF8 holds what MySQL's utf8mb4 holds. template0: its encoding is free to choose.
CREATE DATABASE :"database" OWNER :"role" ENCODING 'UTF8' TEMPLATE template0;
