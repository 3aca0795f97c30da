-- The sample of ./demo: an online book club, some 12,000 rows, for MySQL 8.4 and later and MariaDB 10.11.
-- The same rows every time: whatever looks random comes from CRC32 and SHA2 of a number.

SET NAMES utf8mb4;
SET time_zone = '+00:00';
SET sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE';

DROP DATABASE IF EXISTS bookclub;
CREATE DATABASE bookclub CHARACTER SET utf8mb4;
USE bookclub;

CREATE TABLE member (
    id           CHAR(36)     NOT NULL PRIMARY KEY,
    handle       VARCHAR(40)  NOT NULL UNIQUE,
    display_name VARCHAR(80)  NOT NULL,
    email        VARCHAR(254) NOT NULL UNIQUE,
    role         ENUM ('reader', 'host', 'admin') NOT NULL DEFAULT 'reader',
    is_active    TINYINT(1)   NOT NULL DEFAULT 1,
    birthday     DATE         NULL,
    bio          TEXT         NULL,
    settings     JSON         NOT NULL,
    joined_at    TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6)
) COMMENT 'people who read';

CREATE TABLE author (
    id      INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name    VARCHAR(120) NOT NULL,
    country CHAR(2)      NULL,
    KEY author_name (name)
);

CREATE TABLE book (
    id           BIGINT UNSIGNED   NOT NULL AUTO_INCREMENT PRIMARY KEY,
    isbn         CHAR(13)          NOT NULL UNIQUE,
    title        VARCHAR(200)      NOT NULL,
    author_id    INT UNSIGNED      NOT NULL,
    price        DECIMAL(10, 2)    NOT NULL DEFAULT 0.00,
    pages        SMALLINT UNSIGNED NULL,
    published_on DATE              NULL,
    language     CHAR(2)           NOT NULL DEFAULT 'en',
    cover        VARBINARY(64)     NULL COMMENT 'the first bytes of a picture',
    details      JSON              NULL,
    KEY book_title (title),
    CONSTRAINT book_author FOREIGN KEY (author_id) REFERENCES author (id)
);

CREATE TABLE club (
    id          CHAR(36)     NOT NULL PRIMARY KEY,
    name        VARCHAR(100) NOT NULL UNIQUE,
    motto       VARCHAR(200) NULL,
    owner_id    CHAR(36)     NOT NULL,
    monthly_fee DECIMAL(6, 2) NOT NULL,
    founded_on  DATE         NOT NULL,
    CONSTRAINT club_owner FOREIGN KEY (owner_id) REFERENCES member (id)
);

CREATE TABLE club_member (
    club_id   CHAR(36) NOT NULL,
    member_id CHAR(36) NOT NULL,
    standing  ENUM ('invited', 'active', 'paused', 'left') NOT NULL,
    since     DATE     NOT NULL,
    PRIMARY KEY (club_id, member_id),
    CONSTRAINT club_member_club FOREIGN KEY (club_id) REFERENCES club (id) ON DELETE CASCADE,
    CONSTRAINT club_member_member FOREIGN KEY (member_id) REFERENCES member (id) ON DELETE CASCADE
);

CREATE TABLE meeting (
    id        CHAR(36)          NOT NULL PRIMARY KEY,
    club_id   CHAR(36)          NOT NULL,
    book_id   BIGINT UNSIGNED   NOT NULL,
    starts_at DATETIME          NOT NULL COMMENT 'wall clock of the club',
    minutes   SMALLINT UNSIGNED NOT NULL DEFAULT 90,
    notes     MEDIUMTEXT        NULL,
    KEY meeting_starts_at (starts_at),
    CONSTRAINT meeting_club FOREIGN KEY (club_id) REFERENCES club (id) ON DELETE CASCADE,
    CONSTRAINT meeting_book FOREIGN KEY (book_id) REFERENCES book (id)
);

CREATE TABLE review (
    id         BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    book_id    BIGINT UNSIGNED NOT NULL,
    member_id  CHAR(36)        NOT NULL,
    stars      TINYINT         NOT NULL,
    body       TEXT            NOT NULL,
    mood       DOUBLE          NOT NULL COMMENT '-1 to 1',
    created_at DATETIME(3)     NOT NULL,
    UNIQUE KEY review_once (book_id, member_id),
    CONSTRAINT review_book FOREIGN KEY (book_id) REFERENCES book (id) ON DELETE CASCADE,
    CONSTRAINT review_member FOREIGN KEY (member_id) REFERENCES member (id) ON DELETE CASCADE
);

CREATE TABLE loan (
    id          BIGINT        NOT NULL AUTO_INCREMENT PRIMARY KEY,
    book_id     BIGINT UNSIGNED NOT NULL,
    member_id   CHAR(36)      NOT NULL,
    lent_on     DATE          NOT NULL,
    returned_at DATETIME      NULL,
    late_fee    DECIMAL(8, 3) NOT NULL DEFAULT 0.000,
    CONSTRAINT loan_book FOREIGN KEY (book_id) REFERENCES book (id),
    CONSTRAINT loan_member FOREIGN KEY (member_id) REFERENCES member (id)
);

CREATE TABLE message (
    id         CHAR(36)     NOT NULL PRIMARY KEY,
    meeting_id CHAR(36)     NOT NULL,
    member_id  CHAR(36)     NOT NULL,
    answers_id CHAR(36)     NULL,
    body       VARCHAR(500) NOT NULL,
    reactions  JSON         NULL,
    sent_at    TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    CONSTRAINT message_meeting FOREIGN KEY (meeting_id) REFERENCES meeting (id) ON DELETE CASCADE,
    CONSTRAINT message_member FOREIGN KEY (member_id) REFERENCES member (id),
    CONSTRAINT message_answers FOREIGN KEY (answers_id) REFERENCES message (id)
);

-- Helpers, dropped at the end: the numbers from 0 to 3999, a UUID of a name, a number below a limit.
CREATE TABLE n (n INT NOT NULL PRIMARY KEY);
INSERT INTO n
WITH digit (d) AS (SELECT 0 UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4
    UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9)
SELECT a.d + 10 * b.d + 100 * c.d + 1000 * e.d
FROM digit a, digit b, digit c, digit e
WHERE e.d < 4;

CREATE FUNCTION uuid_of(name VARCHAR(40)) RETURNS CHAR(36) DETERMINISTIC NO SQL
    RETURN LOWER(CONCAT(SUBSTR(SHA2(name, 256), 1, 8), '-', SUBSTR(SHA2(name, 256), 9, 4), '-4',
                        SUBSTR(SHA2(name, 256), 14, 3), '-8', SUBSTR(SHA2(name, 256), 18, 3), '-',
                        SUBSTR(SHA2(name, 256), 21, 12)));
CREATE FUNCTION pick(name VARCHAR(40), below INT) RETURNS INT DETERMINISTIC NO SQL
    RETURN CRC32(SHA2(name, 256)) MOD below;

INSERT INTO member
SELECT uuid_of(CONCAT('member', n)), CONCAT('reader_', n),
       CONCAT(ELT(1 + pick(CONCAT('first', n), 12), 'Ada', 'Björk', 'Çelik', 'Daan', 'Éloïse', 'Fatima', 'Григорий',
                  'Hana', '愛子', 'José', 'Zoë 🌻', 'Ngũgĩ'), ' ',
              ELT(1 + pick(CONCAT('last', n), 8), 'Okafor', 'de Vries', 'Nakamura', 'Ångström', 'Müller', 'Ó Briain',
                  'Santos', 'Петрова')),
       CONCAT('reader_', n, '@example.org'),
       ELT(1 + (n MOD 50 = 0) + (n MOD 250 = 0), 'reader', 'host', 'admin'),
       n MOD 17 <> 0,
       IF(n MOD 5 = 0, NULL, DATE_ADD('1948-02-29', INTERVAL pick(CONCAT('birth', n), 22000) DAY)),
       ELT(1 + n MOD 4, NULL, '', 'I read in trains. 🚆📚', 'Two lines,\n"quoted", with a \\ and a tab:\there.'),
       JSON_OBJECT('theme', ELT(1 + n MOD 3, 'light', 'dark', 'sepia'), 'fontSize', 12 + n MOD 7,
                   'digest', JSON_ARRAY('mon', 'thu'), 'greeting', 'héllo 👋', 'ratio', 1.5, 'beta', NULL),
       TIMESTAMPADD(MICROSECOND, pick(CONCAT('micro', n), 1000000),
                    TIMESTAMPADD(MINUTE, pick(CONCAT('join', n), 2000000), '2020-01-01 00:00:00'))
FROM n WHERE n < 500;

INSERT INTO author (name, country)
SELECT CONCAT(ELT(1 + pick(CONCAT('a', n), 8), 'Chinua', 'Virginia', 'Jorge', 'Toni', 'Haruki', 'Selma', 'Naguib', 'Olga'),
              ' ', ELT(1 + pick(CONCAT('b', n), 9), 'Moss', 'Lindqvist', 'Borja', 'Harrow', 'Tanizawa', 'Løvland', 'Mansour',
                       'Tokarska', 'O\'Neill')),
       ELT(1 + pick(CONCAT('c', n), 6), 'NG', 'GB', 'AR', 'JP', 'SE', NULL)
FROM n WHERE n < 120;

INSERT INTO book (isbn, title, author_id, price, pages, published_on, language, cover, details)
SELECT CONCAT('978', LPAD(n * 7919, 10, '0')),
       CONCAT(ELT(1 + pick(CONCAT('t', n), 6), 'The', 'A Short', 'Beyond the', 'Return to the', 'My', 'No'), ' ',
              ELT(1 + pick(CONCAT('u', n), 10), 'Garden', 'Lighthouse', 'Clockmaker', 'Café', 'Archive', 'Winter', 'Orchard',
                  'Database', 'Tide', 'Library'), ' of ',
              ELT(1 + pick(CONCAT('v', n), 8), 'Salt', 'Small Hours', 'Lisbon', 'Echoes', 'Glass', 'Naïveté', 'Rain ☔', 'Stars')),
       1 + pick(CONCAT('w', n), 120),
       pick(CONCAT('x', n), 9000) / 100 + 0.99,
       IF(n MOD 40 = 0, NULL, 80 + pick(CONCAT('y', n), 900)),
       IF(n MOD 25 = 0, NULL, DATE_ADD('1890-01-01', INTERVAL pick(CONCAT('z', n), 49000) DAY)),
       ELT(1 + n MOD 4, 'en', 'nl', 'ja', 'pt'),
       IF(n MOD 3 = 0, NULL, UNHEX(CONCAT('FFD8FFE000', SUBSTR(SHA2(n, 256), 1, 40)))),
       IF(n MOD 7 = 0, NULL, JSON_OBJECT('binding', ELT(1 + n MOD 2, 'paper', 'cloth'), 'weight', n MOD 900 / 8,
                                         'awards', JSON_ARRAY(), 'inPrint', n MOD 2 = 0))
FROM n WHERE n < 400;

INSERT INTO club
SELECT uuid_of(CONCAT('club', n)), CONCAT(ELT(1 + n MOD 5, 'Slow Readers', 'Night Owls 🦉', 'Crime & Tea', 'Sci-Fi Sunday',
       'Les Précieuses'), ' #', n + 1),
       IF(n MOD 4 = 0, NULL, 'One chapter more…'), uuid_of(CONCAT('member', n * 20)), n MOD 6 * 2.50,
       DATE_ADD('2020-03-01', INTERVAL n * 31 DAY)
FROM n WHERE n < 25;

INSERT INTO club_member
SELECT uuid_of(CONCAT('club', c.n)), uuid_of(CONCAT('member', m.n)), ELT(1 + pick(CONCAT(c.n, 's', m.n), 4), 'invited', 'active',
       'paused', 'left'), DATE_ADD('2020-06-01', INTERVAL pick(CONCAT(c.n, 'd', m.n), 1800) DAY)
FROM n c JOIN n m ON m.n < 500 AND pick(CONCAT(c.n, '-', m.n), 10) = 0
WHERE c.n < 25;

INSERT INTO meeting
SELECT uuid_of(CONCAT('meeting', n)), uuid_of(CONCAT('club', n MOD 25)), 1 + pick(CONCAT('mb', n), 400),
       TIMESTAMPADD(HOUR, 19, DATE_ADD('2021-01-04', INTERVAL n * 5 DAY)), 60 + n MOD 4 * 15,
       IF(n MOD 2 = 0, NULL, REPEAT('Some liked the ending, some did not. ☕ ', 1 + n MOD 30))
FROM n WHERE n < 300;

INSERT INTO review (book_id, member_id, stars, body, mood, created_at)
SELECT 1 + n MOD 400, uuid_of(CONCAT('member', (n * 7 + n DIV 400) MOD 500)), 1 + pick(CONCAT('st', n), 5),
       ELT(1 + pick(CONCAT('re', n), 6), 'Could not put it down 🤩', 'It is fine.', 'Trop long, mais beau.', '面白かった!',
           'The ending… 😭😭', 'A "classic", they said.\nI fell asleep.'),
       pick(CONCAT('mo', n), 2000001) / 1000000 - 1,
       TIMESTAMPADD(MICROSECOND, pick(CONCAT('ms', n), 1000) * 1000,
                    TIMESTAMPADD(SECOND, pick(CONCAT('se', n), 100000000), '2021-05-01 08:00:00'))
FROM n WHERE n < 3000;

INSERT INTO loan (book_id, member_id, lent_on, returned_at, late_fee)
SELECT 1 + pick(CONCAT('lb', n), 400), uuid_of(CONCAT('member', pick(CONCAT('lm', n), 500))),
       DATE_ADD('2022-01-01', INTERVAL n MOD 1200 DAY),
       IF(n MOD 6 = 0, NULL, TIMESTAMPADD(MINUTE, pick(CONCAT('lr', n), 60000), DATE_ADD('2022-01-02', INTERVAL n MOD 1200 DAY))),
       pick(CONCAT('lf', n), 20) * 0.125
FROM n WHERE n < 2000;

-- Every third message answers the one before it.
INSERT INTO message
SELECT uuid_of(CONCAT('message', n)), uuid_of(CONCAT('meeting', n DIV 3 MOD 300)), uuid_of(CONCAT('member', pick(CONCAT('me', n), 500))),
       IF(n MOD 3 = 2, uuid_of(CONCAT('message', n - 1)), NULL),
       ELT(1 + pick(CONCAT('mt', n), 5), 'Who brings the cake? 🎂', 'I am only on page 40…', 'See you there!', '👍🏽', 'Quel chapitre ?'),
       IF(n MOD 2 = 0, NULL, JSON_OBJECT('❤️', n MOD 9, 'seen', n MOD 4 = 0)),
       TIMESTAMPADD(SECOND, n * 9000, '2021-01-04 18:00:00.125')
FROM n WHERE n < 4000 ORDER BY n;

DROP FUNCTION uuid_of;
DROP FUNCTION pick;
DROP TABLE n;
