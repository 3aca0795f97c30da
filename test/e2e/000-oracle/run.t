#!/usr/bin/perl
# The oracle itself: it must call equal what is equal, and see each kind of damage that a migration
# could do. The rows reach PostgreSQL here by INSERTs of literals that this test writes by itself.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib";
use PgcTest;
use Test::More;

# name, MySQL type, PostgreSQL type, how a literal is made out of the value read from MySQL
my @COLUMNS = (
    [qw(id int integer number)],
    ['tiny',    'tinyint',                        'smallint',                    'number'],
    ['flag',    'tinyint(1)',                     'smallint',                    'number'],
    ['padded',  'int(8) unsigned zerofill',       'bigint',                      'number'],
    ['huge',    'bigint unsigned',                'numeric(20)',                 'number'],
    ['price',   'decimal(65,30)',                 'numeric(65,30)',              'number'],
    ['single',  'float',                          'real',                        'float'],
    ['twice',   'double',                         'double precision',            'float'],
    ['bits',    'bit(10)',                        'bit(10)',                     'bits'],
    ['day',     'date',                           'date',                        'word'],
    ['wall',    'datetime(6)',                    'timestamp(6)',                'word'],
    ['instant', 'timestamp(3) null',              'timestamptz(3)',              'utc'],
    ['span',    'time(6)',                        'interval',                    'word'],
    ['year_of', 'year',                           'smallint',                    'number'],
    ['name',    'varchar(100)',                   'varchar(100)',                'text'],
    ['latin',   'varchar(100) character set latin1', 'varchar(100)',             'text'],
    ['note',    'longtext',                       'text',                        'text'],
    ['fixed',   'binary(5)',                      'bytea',                       'bytes'],
    ['blob_of', 'longblob',                       'bytea',                       'bytes'],
    ['kind',    "enum('a','b','')",               'text',                        'text'],
    ['tags',    "set('x','y','z')",               'text[]',                      'labels'],
    ['doc',     'json',                           'json',                        'text'],
    ['docb',    'json',                           'jsonb',                       'text'],
);
my @READ = (
    number => '%s+0', float => 'CAST(%s AS DOUBLE)', bits => 'BIN(%s+0)', word => '%s',
    utc => '%s', text => 'HEX(CONVERT(%s USING utf8mb4))', bytes => 'HEX(%s)', labels => '%s',
);

# Values as MySQL literals, one row each; _x'..' keeps bytes away from every escaping.
sub rows_sql {
    my $text = sub { "_utf8mb4 x'" . unpack('H*', do { my $b = shift; utf8::encode($b); $b }) . "'" };
    my @rows = (
        [1, 0, 1, 42, '18446744073709551615', '12345678901234567890123456789012345.123456789012345678901234567891', '16777217',
            '1.23456776', "b'1000000001'", "'2024-02-29'", "'2024-03-31 02:30:00.000001'", "'2024-10-27 01:30:00.123'",
            "'-838:59:59'", '2155', $text->("caf\x{e9} \x{1F600}\tx\n\\N"), $text->("\x{20ac}\x{e9}"), $text->('a '), "x'6100'", "x'00FF0A5C'",
            "'a'", "'z,x'", q('{"a": 1, "b": [1.5, "x"]}'), q('{"a": 1, "b": [1.5, "x"]}')],
        [2, -128, -1, 0, 0, '-0.000000000000000000000000000001', '-0.1', '5e-324', "b'0'", "'1000-01-01'", "'9999-12-31 23:59:59.999999'",
            "'1970-01-01 00:00:01'", "'-00:00:00.000001'", '0', "''", "''", "''", "x''", "x''", "''", "''", "'[]'", "'[]'"],
        [3, 127, 127, 99999999, 1, 0, '1.23456776', '-1.7976931348623157e+308', "b'1111111111'", "'9999-12-31'", "'2000-01-01 00:00:00'",
            "'2038-01-19 03:14:07.999'", "'838:59:58.999999'", '1901', $text->('name'), $text->('name'), $text->("line\nline"), "x'6162636465'",
            "x'" . '00' x 300 . "'", "'b'", "'y'", q('"text"'), q('"text"')],
        [4, ('NULL') x (@COLUMNS - 1)],
        map { [4 + $_, $_ - 50, $_ % 2, $_, $_, "$_.5", "$_.1", "$_.1e10", "b'$_'" =~ /^b'[01]+'/ ? "b'$_'" : "b'1'", "'2024-01-01'",
                "'2024-01-01 00:00:00'", "'2024-01-01 00:00:00'", "'00:00:$_'" =~ /:\d\d'/ ? "'00:00:$_'" : "'00:00:0$_'", '2000', "'n$_'", "'l$_'", "'t$_'",
                "x'00'", "x'0$_'" =~ /x'0\d'/ ? "x'0$_'" : "x'$_'", "'a'", "'x,y'", "'$_'", "'{\"n\": $_}'"] } 1 .. 50,
    );
    return join '', map { "INSERT INTO `values of all` VALUES (" . join(',', @$_) . ");\n" } @rows;
}

sub literal {
    my ($how, $value) = @_;
    return 'NULL' if $value eq 'NULL';
    return "'$value'" if $how =~ /^(?:number|float|word)$/;
    return "'" . ('0' x (10 - length $value)) . "$value'" if $how eq 'bits';
    return "'$value+00'" if $how eq 'utc';
    return "'{$value}'" if $how eq 'labels';
    return "decode('$value','hex')" if $how eq 'bytes';
    return "convert_from(decode('$value','hex'),'UTF8')";
}

sub fill {
    my ($t) = @_;
    my %read = @READ;
    $t->source("CREATE TABLE `values of all` (" . join(',', map { "`$_->[0]` $_->[1]" } @COLUMNS) . ", PRIMARY KEY (id));\n"
            . "CREATE TABLE twins (a int, b varchar(10)); INSERT INTO twins VALUES (1,'x'),(1,'x'),(1,NULL),(NULL,'');\n"
            . "CREATE TABLE `empty` (a int);\nSET sql_mode=''; SET time_zone='+00:00';\n" . rows_sql());
    $t->target("CREATE TABLE \"values of all\" (" . join(',', map { "\"$_->[0]\" $_->[2]" } @COLUMNS) . ");\n"
            . "CREATE TABLE twins (a int, b varchar(10)); INSERT INTO twins VALUES (1,'x'),(1,'x'),(1,NULL),(NULL,'');\n"
            . "CREATE TABLE \"empty\" (a int);");
    my $select = join ',', map { my $c = "`$_->[0]`"; (my $sql = $read{ $_->[3] }) =~ s/%s/$c/g; $sql } @COLUMNS;
    my $sql = "SET timezone = 'UTC';\n";
    for my $row (@{ $t->source("SET time_zone='+00:00'; SELECT $select FROM `values of all`") }) {
        $sql .= "INSERT INTO \"values of all\" VALUES ("
            . join(',', map { my $l = literal($COLUMNS[$_][3], $row->[$_]); $COLUMNS[$_][2] =~ /^json/ ? "$l\::$COLUMNS[$_][2]" : $l } 0 .. $#COLUMNS) . ");\n";
    }
    $t->target($sql);
    $t->target('CREATE SCHEMA good; CREATE TABLE good.v AS TABLE "values of all"; CREATE TABLE good.t AS TABLE twins;');
    return;
}

my $V = '"values of all"';
# what was done, the SQL that does it, what the oracle must say
my @DAMAGE = (
    ['a trailing space',            "UPDATE $V SET name = name || ' ' WHERE id = 3",                 qr/id=3: column name: /],
    ['a trailing space lost',       "UPDATE $V SET note = rtrim(note) WHERE id = 1",                 qr/id=1: column note: /],
    ["NULL for ''",                 "UPDATE $V SET name = NULL WHERE id = 2",                        qr/id=2: column name: source '' target NULL/],
    ["'' for NULL",                 "UPDATE $V SET note = '' WHERE id = 4",                          qr/id=4: column note: source NULL target ''/],
    ['0 for NULL',                  "UPDATE $V SET tiny = 0 WHERE id = 4",                           qr/id=4: column tiny: source NULL target 0/],
    ['empty bytes for NULL',        "UPDATE $V SET blob_of = '' WHERE id = 4",                       qr/column blob_of: source NULL/],
    ['one bit',                     "UPDATE $V SET bits = bits # B'0000000001' WHERE id = 1",        qr/column bits: source 1000000001 target 1000000000/],
    ['a bit shifted',               "UPDATE $V SET bits = B'0000000010' WHERE id = 5",               qr/column bits: /],
    ['a fraction of a second',      "UPDATE $V SET wall = date_trunc('second', wall) WHERE id = 1",  qr/column wall: /],
    ['a microsecond',               "UPDATE $V SET wall = wall + interval '1 us' WHERE id = 3",      qr/column wall: /],
    ['an hour',                     "UPDATE $V SET instant = instant - interval '1 hour' WHERE id = 1", qr/column instant: /],
    ['a day',                       "UPDATE $V SET day = day + 1 WHERE id = 1",                      qr/column day: source 2024-02-29 target 2024-03-01/],
    ['a sign of a time',            "UPDATE $V SET span = -span WHERE id = 2",                       qr/column span: /],
    ['days for hours',              "UPDATE $V SET span = justify_hours(span) WHERE id = 3",         qr/column span: .*not in hours/],
    ['a sign of zero',              "UPDATE $V SET twice = '-0' WHERE id = 5", qr/column twice: /, "UPDATE `values of all` SET twice = 0 WHERE id = 5"],
    ['a float by its short text',   "UPDATE $V SET single = 16777200 WHERE id = 1",                  qr/column single: /],
    ['the last bit of a float',     "UPDATE $V SET single = 1.2345679 WHERE id = 3",                 qr/column single: /],
    ['the last bit of a double',    "UPDATE $V SET twice = 1.2345677600000002 WHERE id = 1",         qr/column twice: /],
    ['one decimal digit',           "UPDATE $V SET price = price + 0.000000000000000000000000000001 WHERE id = 1", qr/column price: /],
    ['a decimal through a double',  "UPDATE $V SET price = price::float8::numeric WHERE id = 1",     qr/column price: /],
    ['a large number wrapped',      "UPDATE $V SET huge = -1 WHERE id = 1",                          qr/column huge: source 18446744073709551615 target -1/],
    ['127 as true',                 "UPDATE $V SET flag = 1 WHERE id = 3",                           qr/column flag: source 127 target 1/],
    ['another year',                "UPDATE $V SET year_of = 2000 WHERE id = 2",                     qr/column year_of: source 0 target 2000/],
    ['case',                        "UPDATE $V SET name = upper(name) WHERE id = 3",                 qr/column name: source 'name' target 'NAME'/],
    ['a newline turned to a space', "UPDATE $V SET note = replace(note, E'\\n', ' ') WHERE id = 3",  qr/column note: /],
    ['a newline turned to CR LF',   "UPDATE $V SET note = replace(note, E'\\n', E'\\r\\n') WHERE id = 3", qr/column note: /],
    ['a decomposed accent',         "UPDATE $V SET latin = normalize(latin, NFD) WHERE id = 1",      qr/column latin: /],
    ['a question mark',             "UPDATE $V SET latin = replace(latin, '€', '?') WHERE id = 1",   qr/column latin: /],
    ['a lost emoji',                "UPDATE $V SET name = replace(name, '😀', '') WHERE id = 1",    qr/column name: /],
    ['text encoded twice',          "UPDATE $V SET name = convert_from(convert_to(name,'UTF8'),'LATIN1') WHERE id = 1", qr/column name: /],
    ['the text \N for NULL',        "UPDATE $V SET name = '\\N' WHERE id = 4",                       qr/column name: source NULL target '\\x5cN'/],
    ['padding lost',                "UPDATE $V SET fixed = '\\x61' WHERE id = 1",                    qr/column fixed: /],
    ['a byte lost at the end',      "UPDATE $V SET blob_of = substr(blob_of, 1, 299) WHERE id = 3",  qr/column blob_of: /],
    ['one byte in the middle',      "UPDATE $V SET blob_of = set_byte(blob_of, 150, 1) WHERE id = 3", qr/column blob_of: /],
    ['an enum label',               "UPDATE $V SET kind = 'b' WHERE id = 1",                         qr/column kind: source 'a' target 'b'/],
    ['an enum number for its label', "UPDATE $V SET kind = '1' WHERE id = 1",                        qr/column kind: /],
    ['a member of a set',           "UPDATE $V SET tags = '{x}' WHERE id = 1",                       qr/column tags: source 'x,z' target 'x'/],
    ['a member twice',              "UPDATE $V SET tags = '{x,x,z}' WHERE id = 1",                   qr/column tags: /],
    ['NULL in a set',               "UPDATE $V SET tags = '{y,NULL}' WHERE id = 3",                  qr/column tags: /],
    ['a JSON text written anew',    "UPDATE $V SET doc = doc::jsonb::text::json WHERE id = 1", qr/column doc: /, "UPDATE `values of all` SET doc = '{\"b\": 1e20}' WHERE id = 1"],
    ['a JSON number',               "UPDATE $V SET docb = '{\"a\": 1, \"b\": [1.4, \"x\"]}' WHERE id = 1", qr/column docb: /],
    ['a JSON string for a number',  "UPDATE $V SET docb = '{\"a\": \"1\", \"b\": [1.5, \"x\"]}' WHERE id = 1", qr/column docb: /],
    ['JSON null for NULL',          "UPDATE $V SET docb = 'null' WHERE id = 4",                      qr/column docb: source NULL/],
    ['two values exchanged',        "UPDATE $V SET name = latin, latin = name WHERE id = 5",         qr/id=5: column latin: [^\n]*\n|id=5: column name: /],
    ['two rows exchanged',          "UPDATE $V SET id = 13 - id WHERE id IN (6, 7)",                 qr/id=6: column tiny/],
    ['a missing row',               "DELETE FROM $V WHERE id = 30",                                  qr/only in the source: id=30/],
    ['a row twice',                 "INSERT INTO $V SELECT * FROM $V WHERE id = 30",                 qr/only in the target: id=30/],
    ['a row of nowhere',            "INSERT INTO $V (id) VALUES (1000)",                             qr/only in the target: id=1000/],
    ['one of two equal rows',       "DELETE FROM twins WHERE ctid = (SELECT min(ctid) FROM twins WHERE b = 'x')", qr/table twins: 1 rows are in the source alone, 0 /],
    ['an equal row too many',       "INSERT INTO twins VALUES (1, 'x')",                             qr/table twins: 0 rows are in the source alone, 1 /],
    ['a row in an empty table',     'INSERT INTO "empty" VALUES (NULL)',                             qr/table empty: 0 rows .* 1 in the target/],
    ['a table missing',             'DROP TABLE "empty"',                                            qr/table empty is not in the target/],
    ['a table too many',            'CREATE TABLE surplus (a int)',                                  qr/table surplus is in the target alone/],
    ['a column missing',            'ALTER TABLE twins DROP COLUMN b',                               qr/column b is not in the target/],
    ['a column too many',           'ALTER TABLE twins ADD COLUMN c int',                            qr/column c is in the target alone/],
);

for my $flavor (PgcTest::flavors()) {
    my $t = PgcTest->new(flavor => $flavor, no_program => 1);
    fill($t);
    my $oracle = $t->oracle;
    is_deeply([$oracle->compare], [], "$flavor: equal rows are called equal");
    is_deeply($oracle->rows, { 'values of all' => 54, twins => 4, 'empty' => 0 }, "$flavor: every row was looked at");

    # jsonb: a number or an order written in another way is the same document
    $t->source(q(UPDATE `values of all` SET docb = '{"b": 1e2, "a": -0.0, "c": "\\\\u00e9"}' WHERE id = 1));
    $t->target(qq(UPDATE $V SET docb = '{"a": 0, "b": 100, "c": "é"}' WHERE id = 1));
    is(join("\n", $oracle->compare), "", "$flavor: jsonb is compared as a document");
    $t->source(q(UPDATE `values of all` SET docb = '{"a": 1, "b": [1.5, "x"]}' WHERE id = 1));

    # Each kind of damage in a schema of its own, all made by one client.
    my $sql = "SET client_min_messages = warning;\n";
    for my $n (0 .. $#DAMAGE) {
        $sql .= "CREATE SCHEMA d$n; SET search_path = d$n; CREATE TABLE $V AS TABLE good.v;\n"
            . "CREATE TABLE twins AS TABLE good.t; CREATE TABLE \"empty\" (a int); $DAMAGE[$n][1];\n";
    }
    $t->target($sql);
    my $keeping = $t->oracle(keep_source => 1);
    for my $n (0 .. $#DAMAGE) {
        my ($what, $damage, $words, $source_sql) = @{ $DAMAGE[$n] };
        $t->source($source_sql) if $source_sql;
        my $judge = $source_sql ? $oracle : $keeping;
        $judge->{schema} = "d$n";
        my $said = join "\n", $judge->compare($damage =~ /$V/ ? 'values of all' : ());
        like($said, $words, "$flavor: sees $what");
        $said =~ s/^table [^\n]*: \d+ rows are [^\n]*\n//;
        my $lines = () = $said =~ /\n/g;
        cmp_ok($lines, '<', 8, "$flavor: and nothing else") if $what ne 'two rows exchanged';
        $t->source("UPDATE `values of all` SET twice = 10000000000.0 * 1.1 WHERE id = 5; UPDATE `values of all` SET doc = '{\"a\": 1, \"b\": [1.5, \"x\"]}' WHERE id = 1")
            if $source_sql;
    }
    $t->done;
}
done_testing();
