INSERT INTO huge VALUES (1, 'small', 'x'), (2, 'wide', REPEAT('0123456789', 10 * 1024 * 1024)), (3, 'small', 'y');
