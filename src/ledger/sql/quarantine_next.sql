-- The first row behind number $1, of table $2 where that is not NULL. Names and values come in
-- hexadecimal with commas between; '-' is NULL.
SELECT q.number, q.table_number, q.run_id, q.source_table, q.row_key, q.column_name, q.class,
       q.reason,
       (SELECT pg_catalog.string_agg(pg_catalog.encode(pg_catalog.convert_to(n.name, 'UTF8'),
                                                       'hex'), ',' ORDER BY n.at)
          FROM pg_catalog.unnest(q.column_names) WITH ORDINALITY n (name, at)),
       (SELECT pg_catalog.string_agg(COALESCE(pg_catalog.encode(v.value, 'hex'), '-'), ','
                                     ORDER BY v.at)
          FROM pg_catalog.unnest(q.column_values) WITH ORDINALITY v (value, at))
  FROM pgconverge.quarantine q
 WHERE q.number > $1::bigint AND ($2::text IS NULL OR q.source_table = $2::text)
 ORDER BY q.number LIMIT 1
