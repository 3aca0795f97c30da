-- Rows @from … @from + @count - 1 of @total. The same on every server, JSON but for its form. Keys look like UUIDs of
-- version 4 and ascend with n, so that the table is built quickly and its pages are full.
INSERT INTO wide
SELECT CONCAT(LPAD(LOWER(HEX(n * 4294967296 DIV @total)), 8, '0'), '-', SUBSTR(h, 1, 4), '-4', SUBSTR(h, 5, 3),
              '-a', SUBSTR(h, 8, 3), '-', SUBSTR(h, 11, 12)),
       TIMESTAMPADD(MICROSECOND, n * 7919000 % 86400000000, TIMESTAMPADD(DAY, n % 1500, '2020-01-01 00:00:00')),
       TIMESTAMPADD(MICROSECOND, n * 104729000 % 86400000000, TIMESTAMPADD(DAY, n % 400, '2024-06-01 00:00:00')),
       n % 12,
       CONCAT('space-', SUBSTR(h, 1, 10), '-', n),
       CONCAT('Whiteboard ', SUBSTR(h, 20, 14), ' №', n),
       IF(n % 3 = 0, NULL, CONCAT('Working on “', SUBSTR(h, 30, 24), '” together, since ', 1990 + n % 30)),
       IF(n % 7 = 0, NULL, SUBSTR(REPEAT('Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore et dolore magna aliqua – ünïcödé. ', 4), 1 + n % 60, 50 + n % 218)),
       JSON_OBJECT('theme', IF(n % 2 = 0, 'dark', 'light'), 'lang', ELT(1 + n % 4, 'en', 'nl', 'de', 'fr'),
                   'columns', JSON_ARRAY(n % 9, n % 11, n % 13), 'token', SUBSTR(h, 1, 32)),
       IF(n % 4 = 0, NULL, CONCAT(SUBSTR(h, 1, 8), '-', SUBSTR(h, 9, 4), '-4', SUBSTR(h, 14, 3), '-b', SUBSTR(h, 18, 3), '-', SUBSTR(h, 21, 12))),
       IF(n % 2 = 0, NULL, CONCAT(SUBSTR(h, 31, 8), '-', SUBSTR(h, 39, 4), '-4', SUBSTR(h, 44, 3), '-9', SUBSTR(h, 48, 3), '-', SUBSTR(h, 51, 12))),
       n % 5 <> 0,
       n % 50 = 0,
       n * 2654435761 % 4294967296,
       n * 1000003,
       IF(n % 6 = 0, NULL, (n * 37 % 1000000) / 100),
       n * 1.000001,
       IF(n % 10 = 0, NULL, (n % 1000) / 8)
FROM (SELECT n, SHA2(n, 256) AS h
      FROM (SELECT @from + b.n * 1000 + a.n AS n FROM pgcbench_numbers.thousand a, pgcbench_numbers.thousand b
            WHERE b.n * 1000 + a.n < @count ORDER BY n LIMIT 1000000) numbers) hashed;
