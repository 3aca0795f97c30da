-- test/e2e/200-complaints/app.sql: what users of other tools lost, by the number of the complaint. For
-- MySQL and MariaDB. Tables bad_*: what PostgreSQL cannot hold.
SET NAMES utf8mb4; SET time_zone = '+00:00';
SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES';
CREATE TABLE digits (d int PRIMARY KEY);
INSERT INTO digits VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9);
CREATE TABLE numbers (n int PRIMARY KEY);
INSERT INTO numbers SELECT a.d + 10 * b.d + 100 * c.d + 1000 * e.d FROM digits a, digits b, digits c, digits e WHERE e.d < 3;

-- 2: names, and columns that moved
CREATE TABLE `userAccount` (`userId` int PRIMARY KEY, `UserID2` int, `User Name` varchar(20), `order` int, `select` varchar(5),
  `user` int, `end` date, `Default` int DEFAULT 7, `ctid_` int, KEY `by Order` (`order`), UNIQUE KEY `select` (`select`));
INSERT INTO `userAccount` VALUES (1, 2, 'Ann', 3, 'a', 4, '2024-01-02', 5, 6);
CREATE TABLE `Useraccount` (`a` int PRIMARY KEY); INSERT INTO `Useraccount` VALUES (11);
CREATE TABLE `user` (id int PRIMARY KEY, `group` int); INSERT INTO `user` VALUES (1, 2);
CREATE TABLE `order` (`Table` int PRIMARY KEY, `all` text); INSERT INTO `order` VALUES (1, 'x');
CREATE TABLE moved (a int, b varchar(10), c date, dropped int, PRIMARY KEY (a));
INSERT INTO moved VALUES (1, 'one', '2024-02-29', 99);
ALTER TABLE moved ADD COLUMN first_one varchar(10) NOT NULL DEFAULT 'was 1st' FIRST, ADD COLUMN mid int DEFAULT 42 AFTER a;
ALTER TABLE moved DROP COLUMN dropped; ALTER TABLE moved MODIFY c date AFTER first_one;
INSERT INTO moved (first_one, c, a, mid, b) VALUES ('2nd', '2023-01-01', 2, 43, 'two');
CREATE TABLE hidden (a int PRIMARY KEY, b int INVISIBLE, c int); INSERT INTO hidden (a, b, c) VALUES (1, 2, 3);

-- 3: unsigned and bigint, with the foreign keys that join them
CREATE TABLE wide (id bigint unsigned AUTO_INCREMENT PRIMARY KEY, t tinyint unsigned, s smallint unsigned, m mediumint unsigned, i int unsigned, b bigint unsigned, sb bigint);
INSERT INTO wide VALUES (1, 255, 65535, 16777215, 4294967295, 18446744073709551615, -9223372036854775808), (9223372036854775807 DIV 4, 0, 0, 0, 0, 9223372036854775808, 9223372036854775807);
CREATE TABLE bad_big (id bigint unsigned PRIMARY KEY); INSERT INTO bad_big VALUES (1), (9223372036854775808);
CREATE TABLE wide_child (id int unsigned AUTO_INCREMENT PRIMARY KEY, wide_id bigint unsigned, CONSTRAINT wide_child_fk FOREIGN KEY (wide_id) REFERENCES wide (id));
INSERT INTO wide_child VALUES (1, 1), (4294967294, 9223372036854775807 DIV 4), (3, NULL);
CREATE TABLE wide_grandchild (child_id int unsigned PRIMARY KEY, FOREIGN KEY (child_id) REFERENCES wide_child (id)); INSERT INTO wide_grandchild VALUES (4294967294);
CREATE TABLE coded (code bigint unsigned NOT NULL, n int, UNIQUE KEY (code)); INSERT INTO coded VALUES (5, 1);
CREATE TABLE coded_child (id int PRIMARY KEY, code bigint unsigned, FOREIGN KEY (code) REFERENCES coded (code)); INSERT INTO coded_child VALUES (1, 5);
CREATE TABLE texts (code varchar(20) PRIMARY KEY); INSERT INTO texts VALUES ('a');
CREATE TABLE texts_child (id int PRIMARY KEY, code varchar(50), FOREIGN KEY (code) REFERENCES texts (code)); INSERT INTO texts_child VALUES (1, 'a');
CREATE TABLE bins (b binary(16) PRIMARY KEY); INSERT INTO bins VALUES (x'00');
CREATE TABLE bins_child (id int PRIMARY KEY, b binary(16), FOREIGN KEY (b) REFERENCES bins (b)); INSERT INTO bins_child VALUES (1, x'00');
CREATE TABLE decs (d decimal(10,2) PRIMARY KEY, e enum('x','y') UNIQUE, y year UNIQUE, bi bit(3) UNIQUE, dt datetime(3) UNIQUE); INSERT INTO decs VALUES (1.10, 'y', 2024, b'101', '2024-01-01 00:00:00.125');
CREATE TABLE decs_child (id int PRIMARY KEY, d decimal(10,2), e enum('x','y'), y year, bi bit(3), dt datetime(3), FOREIGN KEY (d) REFERENCES decs (d), FOREIGN KEY (e) REFERENCES decs (e), FOREIGN KEY (y) REFERENCES decs (y), FOREIGN KEY (bi) REFERENCES decs (bi), FOREIGN KEY (dt) REFERENCES decs (dt));
INSERT INTO decs_child VALUES (1, 1.10, 'y', 2024, b'101', '2024-01-01 00:00:00.125');

-- 5: valid dates that look like zero dates
CREATE TABLE dates (id int PRIMARY KEY, d date, dt datetime, dt6 datetime(6), ts timestamp NULL, dz datetime NOT NULL DEFAULT '0000-00-00 00:00:00');
CREATE TABLE bad_date (id int PRIMARY KEY, d date NOT NULL DEFAULT '0000-00-00', dt datetime(3), near date);
INSERT INTO bad_date VALUES (1, '2000-01-10', '0100-10-01 00:00:00', '0009-12-04'), (4711, '0000-00-00', '2023-02-31 01:02:03.5', '2010-10-10'), (4712, '2024-02-00', '0000-00-00 00:00:00', '1000-10-10');
INSERT INTO dates VALUES (1, '0009-12-04', '0009-12-04 00:00:00', '0009-12-04 00:00:00.000001', '1970-01-01 00:00:01', '2000-10-01'),
 (2, '0001-01-01', '0001-01-01 00:00:00', '9999-12-31 23:59:59.999999', '2038-01-19 03:14:07', '2010-10-10 10:10:10'),
 (3, '2000-10-10', '0010-10-10 10:10:10', '1000-10-10 00:00:00', '2000-02-29 00:00:00', '0011-11-11'),
 (4, '1582-10-10', '1900-02-28 00:00:00', '2000-02-29 00:00:00.1', NULL, '1500-02-28'), (5, '9999-12-31', NULL, NULL, NULL, '2024-01-01');

-- 6: latin1 is cp1252; text that was encoded twice; other character sets
CREATE TABLE latin (id int PRIMARY KEY, v varchar(40) CHARACTER SET latin1, t text CHARACTER SET latin1, c char(3) CHARACTER SET latin1);
INSERT INTO latin SELECT n, CONVERT(UNHEX(LPAD(HEX(n), 2, '0')) USING latin1), CONVERT(UNHEX(CONCAT('61', LPAD(HEX(n), 2, '0'), '62')) USING latin1), CONVERT(UNHEX(LPAD(HEX(n), 2, '0')) USING latin1) FROM numbers WHERE n BETWEEN 1 AND 255;
INSERT INTO latin VALUES (1000, CONVERT(x'c3a9e282ac' USING latin1), 'plain', 'x ');
CREATE TABLE `doubled` (id int PRIMARY KEY, v varchar(40), w varchar(40) CHARACTER SET utf8mb3, k varchar(10) CHARACTER SET koi8r, p varchar(10) CHARACTER SET cp1250, s varchar(10) CHARACTER SET sjis, g varchar(10) CHARACTER SET gbk, u2 varchar(10) CHARACTER SET ucs2, u16 varchar(10) CHARACTER SET utf16, u32 varchar(10) CHARACTER SET utf32, b5 varchar(10) CHARACTER SET big5, gr varchar(10) CHARACTER SET greek);
INSERT INTO `doubled` VALUES (1, 'Ã©Ã¼â‚¬', 'Rožňavská', 'Привет', 'žluťák', '日本', '中文', 'é', '😀', '😀', '中文', 'Αθήνα'), (2, CONVERT(x'c383c692c382c2a9' USING utf8mb4), '', NULL, '', '', '', '', '', '', '', '');

-- 7: both hours of a double hour, fractions, ends of the ranges
CREATE TABLE moments (id int PRIMARY KEY, ts timestamp(6) NULL, ts0 timestamp NULL, dt datetime(6), dt3 datetime(3), t time(6), t0 time, y year);
INSERT INTO moments VALUES (1, '2024-10-27 00:30:00.000001', '2024-10-27 00:30:00', '2024-10-27 02:30:00.999999', '2024-10-27 02:30:00.1', '-838:59:59.000000', '838:59:59', 1901),
 (2, '2024-10-27 01:30:00.000001', '2024-10-27 01:30:00', '2024-03-31 02:30:00.5', '2024-03-31 02:30:00', '-00:00:00.000001', '-00:00:01', 2155),
 (3, '1970-01-01 00:00:01', '2038-01-19 03:14:07', '2024-11-03 01:30:00', '0001-01-01 00:00:00.999', '838:59:58.999999', '24:00:00', 0), (4, '2038-01-19 03:14:07.999999', NULL, NULL, NULL, NULL, NULL, NULL);

-- 9: TINYINT(1)
CREATE TABLE flags (id int PRIMARY KEY, f tinyint(1), g tinyint(1) NOT NULL DEFAULT 1, b boolean, ok tinyint(1), u tinyint(1) unsigned);
INSERT INTO flags VALUES (1, NULL, 0, NULL, NULL, NULL), (2, 0, 1, 0, 0, 0), (3, 1, 2, 1, 1, 1), (4, 2, 127, 2, 1, 255), (5, -1, -128, -1, 0, 2), (6, 127, 1, 127, NULL, 9);
CREATE TABLE bad_bool (id int PRIMARY KEY, f tinyint(1), g tinyint(1)); INSERT INTO bad_bool VALUES (1, 1, 1), (2, 0, 0), (3, NULL, NULL), (4711, 2, 1);

-- 10: foreign keys in a circle, to themselves, to a later table, without parents
CREATE TABLE a_child (id int PRIMARY KEY, z_id int, a_id int);
CREATE TABLE z_parent (id int PRIMARY KEY, child_id int, CONSTRAINT z_to_a FOREIGN KEY (child_id) REFERENCES a_child (id) ON DELETE SET NULL);
ALTER TABLE a_child ADD CONSTRAINT a_to_z FOREIGN KEY (z_id) REFERENCES z_parent (id) ON DELETE CASCADE ON UPDATE CASCADE, ADD CONSTRAINT a_to_a FOREIGN KEY (a_id) REFERENCES a_child (id);
SET foreign_key_checks = 0;
INSERT INTO a_child VALUES (1, 2, 2), (2, 1, 1), (3, NULL, 3); INSERT INTO z_parent VALUES (1, 2), (2, 1);
CREATE TABLE orphans (id int PRIMARY KEY, parent int, CONSTRAINT orphans_parent FOREIGN KEY (parent) REFERENCES digits (d));
INSERT INTO orphans VALUES (1, 1), (777, 12345), (778, 12346);
CREATE TABLE case_parent (w varchar(20) PRIMARY KEY); CREATE TABLE case_child (id int PRIMARY KEY, w varchar(20), CONSTRAINT case_child_parent FOREIGN KEY (w) REFERENCES case_parent (w));
INSERT INTO case_parent VALUES ('abc'); INSERT INTO case_child VALUES (1, 'abc'), (4711, 'ABC'), (3, NULL);
SET foreign_key_checks = 1;

-- 12: NUL in documents and in text
CREATE TABLE bad_text (id int PRIMARY KEY, t text, l varchar(9) CHARACTER SET latin1); INSERT INTO bad_text VALUES (1, 'fine', 'x'), (4711, 'a\0b', 'y\0');
CREATE TABLE bad_doc (id int PRIMARY KEY, j json); INSERT INTO bad_doc VALUES (1, '{}'), (4711, '{"a":["x\\u0000y"]}');
CREATE TABLE docs (id int PRIMARY KEY, j json); INSERT INTO docs VALUES (1, '{"a":"x\\u0000y"}'), (2, '"\\u0000"'), (3, 'null'), (4, NULL), (5, '{"b":1,"a":1,"big":18446744073709551615}');

-- 13: names of 64 characters, and names that are one namespace in PostgreSQL
CREATE TABLE `table_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx1` (`column_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx1` int, `column_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx2` int, `éééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé` int, KEY `index_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx1` (`column_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx1`), KEY `index_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx2` (`column_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx2`), KEY `üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüü` (`éééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé`));
CREATE TABLE `table_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx2` LIKE `table_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx1`;
INSERT INTO `table_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx1` VALUES (1, 2, 3);
INSERT INTO `table_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx2` VALUES (4, 5, 6);
CREATE TABLE clash (id int PRIMARY KEY, a int, b int, KEY `user` (a), KEY `clash` (b), KEY clash_pkey (a, b), UNIQUE KEY idx (a));
CREATE TABLE clash2 (id int PRIMARY KEY, a int, b int, KEY `user` (a), KEY `IDX` (b), UNIQUE KEY idx2 (a), KEY clash_id_seq (b));
CREATE TABLE clash_pkey (id int AUTO_INCREMENT PRIMARY KEY, KEY idx (id));
INSERT INTO clash VALUES (1, 2, 3); INSERT INTO clash2 VALUES (1, 2, 3);

-- 14: enum
CREATE TABLE enums (id int PRIMARY KEY, e enum('zebra','', 'apple','Mango') DEFAULT '', f enum('b','a') NOT NULL, s set('z','a','m'));
INSERT INTO enums VALUES (1, 'zebra', 'b', 'z,a'), (2, '', 'a', ''), (3, 'apple', 'b', 'm,z'), (4, 'Mango', 'a', NULL), (5, NULL, 'b', 'a');
CREATE TABLE bad_enum (id int PRIMARY KEY, e enum('b','a')); INSERT IGNORE INTO bad_enum VALUES (1, 'a'), (4711, 'none');

-- 16: AUTO_INCREMENT
CREATE TABLE seq_gap (id int AUTO_INCREMENT PRIMARY KEY, v json) AUTO_INCREMENT = 10; INSERT INTO seq_gap VALUES (1, '1'), (50, '2'); DELETE FROM seq_gap WHERE id = 50;
CREATE TABLE seq_empty (id int AUTO_INCREMENT PRIMARY KEY, v int) AUTO_INCREMENT = 1000;
CREATE TABLE seq_new (id int AUTO_INCREMENT PRIMARY KEY, v int);
CREATE TABLE seq_odd (v int NOT NULL, id bigint unsigned AUTO_INCREMENT, PRIMARY KEY (v, id), KEY (id)); INSERT INTO seq_odd VALUES (1, 7), (2, 3);
CREATE TABLE seq_zero (id int AUTO_INCREMENT PRIMARY KEY, v int); INSERT INTO seq_zero VALUES (-5, 1), (0, 1), (1, 1);
CREATE TABLE seq_full (id int AUTO_INCREMENT PRIMARY KEY, v int); INSERT INTO seq_full VALUES (2147483647, 1);
CREATE TABLE seq_tiny (id tinyint AUTO_INCREMENT PRIMARY KEY, v int); INSERT INTO seq_tiny VALUES (127, 1);

-- 18: bits
CREATE TABLE bits (id int PRIMARY KEY, b1 bit(1), b8 bit(8), b64 bit(64), b3 bit(3) DEFAULT b'101', n1 bit(1) NOT NULL DEFAULT b'0');
INSERT INTO bits VALUES (1, b'0', b'00000000', 0, b'001', b'1'), (2, b'1', b'11111111', 18446744073709551615, b'100', b'0'), (3, NULL, x'30', x'3100000000000000', NULL, b'1'), (4, b'1', x'0a', x'0a', 2, 0);

-- 19: generated columns
CREATE TABLE gens (id int PRIMARY KEY, a int, b varchar(20), v int GENERATED ALWAYS AS (a + 1) VIRTUAL, s varchar(50) GENERATED ALWAYS AS (concat(b, '-', a)) STORED, u varchar(20) AS (upper(b)) STORED, js varchar(20) AS (json_unquote(json_extract(j, '$.k'))) VIRTUAL, j json, UNIQUE KEY gens_v (v), KEY (js));
INSERT INTO gens (id, a, b, j) VALUES (1, 10, 'straße', '{"k":"v"}'), (2, NULL, NULL, NULL), (3, -7, 'ÿ', '{"k":null}');

-- 20: defaults
CREATE TABLE defs (id int PRIMARY KEY, s varchar(20) DEFAULT 'x', q varchar(20) DEFAULT 'it''s', n varchar(20) DEFAULT 'NULL', bn varbinary(9) DEFAULT NULL, nn varchar(20) DEFAULT NULL, ct varchar(30) DEFAULT 'current_timestamp()', qq varchar(30) DEFAULT '\'x\'', e varchar(10) NOT NULL DEFAULT '', i int DEFAULT 5, neg int DEFAULT -5, d decimal(5,2) DEFAULT 1.50, dt date DEFAULT '2024-01-02', b bit(1) DEFAULT b'1', bin varbinary(5) DEFAULT x'00ff', bs varchar(10) DEFAULT 'a\\b', x int DEFAULT (1 + 2), t time DEFAULT '-01:02:03', y year DEFAULT 2024, en enum('a','b') DEFAULT 'b', st set('a','b') DEFAULT 'a,b', f double DEFAULT 1.5e10, ns varchar(10) DEFAULT 'Ünï😀', nl varchar(10) DEFAULT 'a
b');
INSERT INTO defs (id) VALUES (1);
CREATE TABLE defs_now (id int PRIMARY KEY, ts timestamp DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, ts6 timestamp(6) DEFAULT CURRENT_TIMESTAMP(6), dt datetime DEFAULT CURRENT_TIMESTAMP, u char(36) DEFAULT (uuid()), cd date DEFAULT (curdate()), v int);
INSERT INTO defs_now (id) VALUES (1);

-- 21: keys without case
CREATE TABLE ci (id int PRIMARY KEY, email varchar(50) COLLATE utf8mb4_general_ci NOT NULL, name varchar(50), code varchar(20) COLLATE utf8mb4_bin, n int, UNIQUE KEY ci_email (email), UNIQUE KEY ci_two (n, name), UNIQUE KEY ci_code (code));
INSERT INTO ci VALUES (1, 'Ann@x.org', 'É', 'a', 1), (2, 'bob@x.org', 'f', 'A', 2);

-- 22: keys whose order is not what it looks like
CREATE TABLE enum_key (e enum('zebra','apple','mango') NOT NULL, n int NOT NULL, v int, PRIMARY KEY (e, n)); INSERT INTO enum_key SELECT ELT(1 + n % 3, 'mango', 'zebra', 'apple'), n, n FROM numbers;
CREATE TABLE enum_second (n int NOT NULL, e enum('z','a','m') NOT NULL, PRIMARY KEY (n, e)); INSERT INTO enum_second SELECT n DIV 30, ELT(1 + d, 'm', 'z', 'a') FROM numbers, digits WHERE n % 30 = 0 AND d < 3;
CREATE TABLE set_key (s set('c','a','b') NOT NULL, n int NOT NULL, PRIMARY KEY (s, n)); INSERT INTO set_key SELECT n % 8, n FROM numbers;
CREATE TABLE bit_key (b bit(8) NOT NULL, n int NOT NULL, PRIMARY KEY (b, n)); INSERT INTO bit_key SELECT n % 256, n FROM numbers;
CREATE TABLE float_key (f float NOT NULL, n int NOT NULL, PRIMARY KEY (f, n)); INSERT INTO float_key SELECT n / 7, n FROM numbers;
CREATE TABLE word_key (w varchar(30) COLLATE utf8mb4_general_ci NOT NULL PRIMARY KEY, n int); INSERT INTO word_key SELECT CONCAT(ELT(1 + n % 4, 'a', 'B', 'é', '_'), ' ', n), n FROM numbers;
CREATE TABLE null_key (a int, b int, UNIQUE KEY (a), UNIQUE KEY (b)); INSERT INTO null_key SELECT NULL, n FROM numbers WHERE n > 0;
CREATE TABLE no_key (a int, b varchar(20)); INSERT INTO no_key SELECT n % 10, 'same' FROM numbers;
CREATE TABLE date_key (d datetime(3) NOT NULL PRIMARY KEY, n int); INSERT INTO date_key SELECT '2024-01-01' + INTERVAL n * 7 MINUTE, n FROM numbers;
CREATE TABLE ts_key (d timestamp(3) NOT NULL, n int, PRIMARY KEY (d, n)); INSERT INTO ts_key SELECT '2024-01-01' + INTERVAL n * 7 MINUTE, n FROM numbers;
CREATE TABLE dec_key (d decimal(30,10) NOT NULL PRIMARY KEY); INSERT INTO dec_key SELECT (n - 1500) / 7 FROM numbers GROUP BY 1;
CREATE TABLE big_key (d bigint unsigned NOT NULL PRIMARY KEY); INSERT INTO big_key SELECT 9223372036854775807 - n FROM numbers;
CREATE TABLE neg_key (d int NOT NULL PRIMARY KEY); INSERT INTO neg_key SELECT n - 1500 FROM numbers;
CREATE TABLE pad_key (c varchar(10) COLLATE utf8mb4_bin NOT NULL, n int, PRIMARY KEY (c, n)); INSERT INTO pad_key SELECT ELT(1 + n % 5, 'a', 'a ', 'a\t', '', ' '), n FROM numbers;
CREATE TABLE prefix_key (c varchar(100) NOT NULL, n int, PRIMARY KEY (c(4), n)); INSERT INTO prefix_key SELECT CONCAT('abcd', n), n FROM numbers;
CREATE TABLE text_key (c text NOT NULL, PRIMARY KEY (c(50))); INSERT INTO text_key SELECT CONCAT('abcd', n) FROM numbers;
CREATE TABLE latin_key (c varchar(10) CHARACTER SET latin1 NOT NULL PRIMARY KEY); INSERT INTO latin_key SELECT CONVERT(CONCAT(UNHEX(HEX(65 + n % 26)), UNHEX(HEX(128 + n DIV 26))) USING latin1) FROM numbers WHERE n < 2000 GROUP BY 1;
CREATE TABLE desc_key (a int NOT NULL, b int NOT NULL, PRIMARY KEY (a DESC, b)); INSERT INTO desc_key SELECT n % 5, n FROM numbers;
CREATE TABLE year_key (y year NOT NULL, n int, PRIMARY KEY (y, n)); INSERT INTO year_key SELECT 1990 + n % 40, n FROM numbers;
CREATE TABLE time_key (t time(3) NOT NULL PRIMARY KEY); INSERT INTO time_key SELECT SEC_TO_TIME((n - 1500) * 1000) FROM numbers;
