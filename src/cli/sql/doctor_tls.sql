-- Encrypted, version, cipher, and whether the client is on the server's own machine.
SELECT s.ssl, s.version, s.cipher,
       pg_catalog.inet_client_addr() IS NULL
       OR pg_catalog.inet_client_addr() <<= inet '127.0.0.0/8'
       OR pg_catalog.inet_client_addr() = inet '::1'
FROM pg_catalog.pg_stat_ssl s
WHERE s.pid = pg_catalog.pg_backend_pid()
