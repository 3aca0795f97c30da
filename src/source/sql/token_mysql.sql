SELECT UNIX_TIMESTAMP(), @@server_uuid, @@log_bin,
       IF(@@global.gtid_mode = 'ON', @@global.gtid_executed, '')
