SHOW GLOBAL STATUS WHERE Variable_name IN
  ('Innodb_redo_log_current_lsn', 'Innodb_lsn_current', 'Innodb_max_trx_id', 'Threads_running')
  OR Variable_name LIKE 'Com\_%' OR Variable_name LIKE 'Handler\_%'
