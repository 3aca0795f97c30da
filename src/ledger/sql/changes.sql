-- What policies changed, summed up over chunks; the keys of the first five rows, one a line.
SELECT c.table_number, c.column_name, c.class, c.policy, pg_catalog.sum(c.changed),
       (SELECT pg_catalog.string_agg(f.key, E'\n')
          FROM (SELECT s.key
                  FROM pgconverge.changed d, pg_catalog.unnest(d.samples) WITH ORDINALITY s (key, at)
                 WHERE d.table_number = c.table_number AND d.column_name = c.column_name
                   AND d.class = c.class
                 ORDER BY d.chunk_id, s.at LIMIT 5) f)
  FROM pgconverge.changed c
 GROUP BY c.table_number, c.column_name, c.class, c.policy
 ORDER BY c.table_number, c.column_name, c.class
