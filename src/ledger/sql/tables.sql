-- A table counts as made by the run when its "table" step committed.
SELECT t.number, t.source_name, t.target_schema, t.target_name,
       t.created OR EXISTS (SELECT FROM pgconverge.step s
                             WHERE s.kind = 'table' AND s.state = 'done'
                               AND s.name IN (t.target_name, t.source_name,
                                              t.target_schema || '.' || t.target_name)),
       t.split, t.rows_counted, COALESCE(c.rows_copied, 0) + t.rows_retried,
       COALESCE(c.bytes_copied, 0), COALESCE(c.chunk_count, 0), COALESCE(c.chunks_done, 0),
       COALESCE(c.rows_quarantined, 0) - t.rows_retried
  FROM pgconverge."table" t
  LEFT JOIN (SELECT table_number,
                    pg_catalog.sum(rows_copied) AS rows_copied,
                    pg_catalog.sum(bytes_copied) AS bytes_copied,
                    pg_catalog.sum(rows_quarantined) AS rows_quarantined,
                    pg_catalog.count(*) AS chunk_count,
                    pg_catalog.count(*) FILTER (WHERE done) AS chunks_done
               FROM pgconverge.chunk GROUP BY table_number) c ON c.table_number = t.number
 ORDER BY t.number
