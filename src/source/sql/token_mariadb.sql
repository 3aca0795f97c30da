-- A replica's own position too: what it applies without logging it moves that one.
SELECT UNIX_TIMESTAMP(), CONCAT(@@hostname, ':', @@port), @@log_bin,
       IF(@@log_bin, CONCAT(@@global.gtid_binlog_pos, '/', @@global.gtid_slave_pos), '')
