CREATE SCHEMA IF NOT EXISTS "public";

-- the rows are copied here



