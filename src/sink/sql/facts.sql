-- What sink_read_facts() tells of the server, in the order of its columns there.
-- The time zone is the one a session has that sets none (ours is UTC).
SELECT pg_catalog.current_setting('server_version'),
       pg_catalog.current_setting('server_encoding'),
       pg_catalog.current_database(),
       current_user,
       (SELECT r.rolsuper FROM pg_catalog.pg_roles r WHERE r.rolname = current_user),
       pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE'),
       (SELECT s.reset_val FROM pg_catalog.pg_settings s WHERE s.name = 'TimeZone'),
       pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE')
