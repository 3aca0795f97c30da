-- The rows set aside that are still there, summed up; the keys of the first five, one a line.
SELECT q.source_table, q.column_name, q.class, pg_catalog.min(q.reason), pg_catalog.count(*),
       (SELECT pg_catalog.string_agg(f.row_key, E'\n')
          FROM (SELECT r.row_key
                  FROM pgconverge.quarantine r
                 WHERE r.source_table = q.source_table AND r.column_name = q.column_name
                   AND r.class = q.class
                 ORDER BY r.number LIMIT 5) f)
  FROM pgconverge.quarantine q
 GROUP BY q.source_table, q.column_name, q.class
 ORDER BY q.source_table, q.column_name, q.class
