#!/usr/bin/perl
# The target is damaged, one value or row at a time, in every way that a migration has been known to get
# wrong; `verify` must find each, and say exactly that and nothing else. What was damaged is mended
# again, and at the end all agrees.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use PgcTest;
use Test::More;

my $SOURCE = <<'SQL';
CREATE TABLE v (id int PRIMARY KEY, i int, u bigint unsigned, de decimal(65,30), f float, d double, b1 bit(5),
    da date, dt datetime(6), ts timestamp(3) NULL, ti time(6), y year, c char(10), s varchar(200), tx mediumtext,
    l varchar(20) CHARACTER SET latin1, bi binary(4), bl longblob, e enum('red','green','blue'), st set('a','b','c'), j json);
INSERT INTO v VALUES (1, -5, 18446744073709551615, 12345678901234567890.123456789012345678901234567890, 0.1, 0.1, b'10101',
    '2024-02-29', '2024-01-01 12:00:00.123456', '2024-03-31 01:30:00.500', '-838:59:58.999999', 2024, 'abc', 'Stra\u00dfe caf\u00e9', 'one\ntwo',
    'gr\u00fc\u00df', x'00010203', x'00ff10deadbeef', 'green', 'a,c', '{"a": [1, 2.5, {"k": "v"}], "n": 1e10}'),
  (2, 0, 0, 0, 0, 0, b'0', '1000-01-01', '9999-12-31 23:59:59.999999', NULL, '00:00:00', 0, '', '', '', '', x'00000000', '', 'red', '', '[]'),
  (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (4, 7, 7, 7, 1.5, 1.5, b'111', '2024-07-07', '2024-07-07 07:07:07', '2024-07-07 07:07:07', '07:07:07', 2007, 'seven', 'seven  ', 'a long text', 'x', x'07', x'07', 'blue', 'b', '"seven"');
UPDATE v SET tx = REPEAT('0123456789', 20000), bl = REPEAT(x'0102030405', 20000) WHERE id = 4;
CREATE TABLE k (a int, b varchar(20), n int, PRIMARY KEY (a, b));
INSERT INTO k VALUES (1, 'x', 1), (1, 'Q ', 2), (2, 'x', 3), (3, 'z', 4);
CREATE TABLE nokey (a int, b varchar(10));
INSERT INTO nokey VALUES (1, 'x'), (1, 'x'), (2, 'y'), (NULL, NULL);
CREATE TABLE many (id int PRIMARY KEY, t varchar(40));
INSERT INTO many WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 900) SELECT n, CONCAT('row ', n) FROM r;
INSERT INTO many SELECT id + 900, CONCAT('row ', id + 900) FROM many;
INSERT INTO many SELECT id + 1800, CONCAT('row ', id + 1800) FROM many;
CREATE TABLE g (id int PRIMARY KEY, a int, sum2 int GENERATED ALWAYS AS (a + 2) STORED);
INSERT INTO g (id, a) VALUES (1, 1), (2, 2);
SQL
$SOURCE =~ s/\\u([0-9a-f]{4})/my $c = chr hex $1; utf8::encode($c); $c/ge;

# [what, SQL of the damage (on the target), table, PGC id, what is said]
my $changed = sub { my ($column, $value, $id, @more) = @_; return ("UPDATE v SET $column = $value WHERE id = $id", 'v', 5003, qr/id = $id; column $column:/, @more) };
my @DAMAGE = (
    ['one digit of an integer', $changed->('i', -4, 1)],
    ['the sign of an integer', $changed->('i', 5, 1)],
    ['0 for NULL', $changed->('i', 0, 3)],
    ['NULL for 0', $changed->('i', 'NULL', 2)],
    ['the last digit of an unsigned 64-bit number', $changed->('u', '18446744073709551614', 1)],
    ['the last digit of a decimal(65,30)', $changed->('de', '12345678901234567890.123456789012345678901234567891', 1)],
    ['a float by one bit', $changed->('f', "'0.10000001'::real", 1)],
    ['-0 for 0 in a float', $changed->('f', "'-0'::real", 2)],
    ['a double by one bit', $changed->('d', "'0.1000000000000000194'::float8", 1)],
    ['-0 for 0 in a double', $changed->('d', "'-0'::float8", 2)],
    ['NaN for a double', $changed->('d', "'NaN'::float8", 2)],
    ['one bit of a BIT', $changed->('b1', "B'10111'", 1)],
    ['a day', $changed->('da', "'2024-03-01'", 1)],
    ['infinity for a date', $changed->('da', "'infinity'", 1)],
    ['a microsecond of a datetime', $changed->('dt', "'2024-01-01 12:00:00.123457'", 1)],
    ['the fraction of a second cut', $changed->('dt', "date_trunc('second', dt)", 1)],
    ['an hour\'s shift of a datetime', $changed->('dt', "dt + interval '1 hour'", 1)],
    ['an hour\'s shift of a timestamp', $changed->('ts', "ts - interval '1 hour'", 1)],
    ['a millisecond of a timestamp', $changed->('ts', "ts + interval '1 millisecond'", 1)],
    ['the sign of a time', $changed->('ti', '-ti', 1)],
    ['a day and hours for hours', $changed->('ti', "interval '1 day -16:52:53'", 4)],
    ['a year', $changed->('y', 2025, 1)],
    ['a trailing space', $changed->('c', "'abc '", 1)],
    ['trailing spaces lost', $changed->('s', "'seven'", 4)],
    ['an accent', $changed->('s', "'Stra\x{c3}\x{9f}e cafe'", 1)],
    ['case', $changed->('c', "'Abc'", 1)],
    ['NULL for \'\'', $changed->('s', 'NULL', 2)],
    ['\'\' for NULL', $changed->('s', "''", 3)],
    ['a newline turned into a space', $changed->('tx', "'one two'", 1)],
    ['a newline turned into two bytes', $changed->('tx', "E'one\\r\\ntwo'", 1)],
    ['one byte of a long text', $changed->('tx', "overlay(tx placing 'X' from 150000)", 4)],
    ['a character turned into ?', $changed->('l', "'gr?\x{c3}\x{9f}'", 1)],
    ['text decoded twice', $changed->('l', "'gr\x{c3}\x{83}\x{c2}\x{bc}\x{c3}\x{9f}'", 1)],
    ['a binary value without its zeros', $changed->('bi', "'\\x07'", 4)],
    ['one bit in a blob', $changed->('bl', "set_bit(bl, 12, 1 - get_bit(bl, 12))", 1)],
    ['one bit far in a long blob', $changed->('bl', "set_bit(bl, 500001, 1 - get_bit(bl, 500001))", 4)],
    ['a blob cut', $changed->('bl', "substr(bl, 1, 99999)", 4)],
    ['a changed label', $changed->('e', "'blue'", 1)],
    ['a label lost from a set', $changed->('st', "'{a}'", 1)],
    ['the order of a set', $changed->('st', "'{c,a}'", 1)],
    ['NULL for an empty set', $changed->('st', 'NULL', 2)],
    ['a JSON number', $changed->('j', qq('{"a": [1, 2.4, {"k": "v"}], "n": 1e10}'), 1)],
    ['a JSON string', $changed->('j', qq('{"a": [1, 2.5, {"k": "V"}], "n": 1e10}'), 1)],
    ['a JSON key lost', $changed->('j', qq('{"a": [1, 2.5, {"k": "v"}]}'), 1)],
    ['the order of a JSON array', $changed->('j', qq('{"a": [2.5, 1, {"k": "v"}], "n": 1e10}'), 1)],
    ['JSON null for NULL', $changed->('j', "'null'", 3)],
    ['a missing row', 'DELETE FROM v WHERE id = 2', 'v', 5001, qr/id = 2\n/],
    ['an extra row', 'INSERT INTO v (id) VALUES (9)', 'v', 5002, qr/id = 9\n/],
    ['a row under another key', 'UPDATE many SET id = 100000 WHERE id = 77', 'many', [5001, 5002], qr/id = 77\n.*id = 100000\n/s],
    ['a swapped pair of rows', "UPDATE many SET t = CASE id WHEN 5 THEN 'row 6' ELSE 'row 5' END WHERE id IN (5, 6)", 'many', 5003, qr/2 rows differ\n.*id = 5; column t.*id = 6; column t|2 rows differ\n.*id = 6; column t.*id = 5; column t/s],
    ['two equal changes, which an XOR would hide', "UPDATE many SET t = 'same' WHERE id IN (11, 12)", 'many', 5003, qr/2 rows differ/],
    ['a composite key by a trailing space', "UPDATE k SET b = 'Q' WHERE b = 'Q '", 'k', [5001, 5002], qr/a = 1, b = "Q "\n.*a = 1, b = "Q"\n/s],
    ['the first row missing', 'DELETE FROM many WHERE id = 1', 'many', 5001, qr/id = 1\n/],
    ['the last row missing', 'DELETE FROM many WHERE id = 3600', 'many', 5001, qr/id = 3600\n/],
    ['a range of keys missing between two chunks', 'DELETE FROM many WHERE id BETWEEN 995 AND 1005', 'many', 5001, qr/11 rows of the source/],
    ['a row before the first', "INSERT INTO many VALUES (-1, 'x')", 'many', 5002, qr/id = -1\n/],
    ['most rows missing', 'DELETE FROM many WHERE id > 10', 'many', 5001, qr/3590 rows of the source/],
    ['every row changed', "UPDATE many SET t = t || '.'", 'many', 5003, qr/3600 rows differ/],
    ['a row twice in a table without a key', "INSERT INTO nokey VALUES (2, 'y')", 'nokey', 5002, qr/1 row of the target/],
    ['one of two equal rows lost', "DELETE FROM nokey WHERE ctid = (SELECT min(ctid) FROM nokey WHERE a = 1)", 'nokey', 5001, qr/1 row of the source/],
    ['a value in a table without a key', "UPDATE nokey SET b = 'z' WHERE a = 2", 'nokey', [5001, 5002], qr/1 row of/],
    ['an empty table', 'DELETE FROM nokey', 'nokey', 5001, qr/4 rows of the source/],
    ['a generated column that is not', 'ALTER TABLE g ALTER sum2 DROP EXPRESSION; UPDATE g SET sum2 = 0 WHERE id = 1', 'g', 5003, qr/id = 1; column sum2:/],
    ['a column that is gone', 'ALTER TABLE k DROP COLUMN n', 'k', 5005, qr/has no column "n"/],
    ['a table that is gone', 'DROP TABLE nokey', 'nokey', 5005, qr/no table "nokey"/],
);

for my $flavor (qw(mysql mariadb)) {
    my $t = PgcTest->new(flavor => $flavor);
    $t->source($SOURCE);
    my $run = $t->migrate('--chunk-rows', 1000, '--no-verify');
    $t->exits($run, 0, "$flavor: migrates");
    like($run->{out}, qr/^VERDICT: DONE, NOT VERIFIED$/m, "$flavor: --no-verify is told");
    my @verify = ('verify', '--source', $t->source_uri, '--target', $t->target_uri, '--jobs', 2);
    $t->exits($t->run(@verify), 0, "$flavor: agrees before");

    # Each server knows the rows another way; what the target holds is the same.
    my @some = $flavor eq 'mysql' ? @DAMAGE : @DAMAGE[grep { $_ % 4 == 0 || $_ > 60 } 0 .. $#DAMAGE];
    my $pristine = "$t->{target}_pristine";
    $t->target("CREATE SCHEMA pristine; " . join ' ', map { "CREATE TABLE pristine.$_ AS SELECT * FROM $_;" } qw(v k nokey many));
    $t->target_admin("CREATE DATABASE \"$pristine\" TEMPLATE \"$t->{target}\"");
    for my $damage (@some) {
        my ($what, $sql, $table, $ids, $says) = @$damage;
        my @ids = ref $ids ? @$ids : $ids;
        $t->target_as_loader($sql);
        $run = $t->run(@verify);
        $run->{out} =~ s/ \(unproven: [^)]*\)//g;    # a server that tidies up moves its log
        my @said = $run->{out} =~ /^PGC-(\d+)  (\S+)$/mg;
        my @wanted = map { ($_, "$t->{db}.$table" . ($sql =~ /DROP COLUMN (\w+)/ ? ".$1" : '')) } @ids;
        my $ok = $run->{exit} == 3 && "@said" eq "@wanted" && $run->{out} =~ $says;
        ok($ok, "$flavor: $what") or diag($run->{out}, $run->{err});
        if ($sql =~ /ALTER|DROP/) {
            $t->target_admin("DROP DATABASE \"$t->{target}\" WITH (FORCE); CREATE DATABASE \"$t->{target}\" OWNER \"$t->{user}\" TEMPLATE \"$pristine\"");
        }
        else {
            $t->target("TRUNCATE $table; INSERT INTO $table SELECT * FROM pristine.$table");
        }
    }
    $t->exits($t->run(@verify), 0, "$flavor: agrees behind");

    $t->target_as_loader("UPDATE v SET s = 'a secret value' WHERE id = 4");
    $run = $t->run(@verify);
    unlike($run->{out} . $run->{err}, qr/secret|seven/, "$flavor: values are masked");
    $run = $t->run(@verify, '--show-values');
    like($run->{out}, qr/id = 4; column s: source "seven  ", target "a secret value"/, "$flavor: --show-values shows both");
    $run = $t->run(@verify, '--format', 'json');
    my $document = JSON::PP->new->utf8->decode($run->{out});
    like($document->{verdict}, qr/^DIFFERENT(?:, UNPROVEN)?$/, "$flavor: the verdict in JSON");
    is_deeply([map { "$_->{name}:$_->{different}" } grep { $_->{different} } @{ $document->{tables} }], ['v:1'], "$flavor: the table in JSON");
    $t->exits($t->run(@verify, '--exclude', 'v'), 0, "$flavor: the other tables agree");
    $t->exits($t->run(@verify, '--tables', 'v'), 3, "$flavor: this one does not");

    $t->source("UPDATE many SET t = 'moved' WHERE id = 3");
    $run = $t->run(@verify);
    $t->exits($run, 3, "$flavor: a source that moved");
    like($run->{out}, qr/^DIFFERENT, UNPROVEN$/m, "$flavor: makes differences unproven");
    $t->target_admin("DROP DATABASE \"$pristine\"");
    $t->done;
}
done_testing();
