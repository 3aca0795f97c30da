-- Rows @from … @from + @count - 1.
INSERT INTO narrow
SELECT n + 1, CONCAT(h, '-', SUBSTR(h, 6, 54)), SUBSTR(REVERSE(h), 3, 59)
FROM (SELECT n, SHA2(n, 256) AS h
      FROM (SELECT @from + b.n * 1000 + a.n AS n FROM pgcbench_numbers.thousand a, pgcbench_numbers.thousand b
            WHERE b.n * 1000 + a.n < @count ORDER BY n LIMIT 1000000) numbers) hashed;
