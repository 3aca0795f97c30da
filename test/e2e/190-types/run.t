#!/usr/bin/perl
# What becomes what, beyond the defaults that the databases of everything hold: rules by source type,
# ENUM as a type of PostgreSQL, MySQL's JSON as jsonb, addresses, geometries as EWKB, vectors, every
# character set of three and four bytes, labels that the servers describe with question marks, and
# MariaDB's tables that keep their history.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib";
use PgcTest;
use Test::More;

for my $flavor (qw(mysql mariadb)) {
    my $t = PgcTest->new(flavor => $flavor);
    load($t, $flavor);
    by_rule($t, $flavor);
    refused_in_the_plan($t, $flavor);
    refused_documents($t) if $flavor eq 'mysql';
    history($t) if $flavor eq 'mariadb';
    $t->done;
}
done_testing();

sub bytes { utf8::encode(my $text = $_[0]); return $text }

sub load {
    my ($t, $flavor) = @_;
    my $is_mysql = $flavor eq 'mysql';
    my $sets = join ",\n", map { "c_$_ varchar(20) CHARACTER SET $_" } 'ujis', 'eucjpms', $is_mysql ? 'gb18030' : ();
    my %bytes = (ujis => '41a4a28fb0a18eb1', eucjpms => '41a4a28fb0a1ada1', gb18030 => 'a4a281308130903081308431a437e3329a35');
    my $values = join ', ', map { "_$_ x'$bytes{$_}'" } 'ujis', 'eucjpms', $is_mysql ? 'gb18030' : ();
    $t->source(bytes(<<"SQL"));
SET NAMES utf8mb4;
CREATE TABLE kinds (id int PRIMARY KEY, flag tinyint(1) NOT NULL DEFAULT 1, small tinyint(4), number int unsigned,
  colour enum('red', '', 'green', 'it''s') NOT NULL DEFAULT 'green', size enum('L','M') CHARACTER SET latin1,
  doc json, code char(36), CHECK (colour <> 'red' OR id < 100), KEY by_colour (colour, id));
INSERT INTO kinds VALUES (1, 1, 127, 4294967295, 'red', 'M', '{"a": 1, "b": [1e20, null]}', '3f2504e0-4f89-11d3-9a0c-0305e82c3301'),
  (2, 0, -128, 0, '', 'L', '{ "b":2,"a":1}', '3F2504E0-4F89-11D3-9A0C-0305E82C3302'), (3, 1, 0, 1, 'it''s', NULL, NULL, NULL);
CREATE TABLE kinds_colour (id int PRIMARY KEY, e enum('?','\x{1f600}','x\x{1f469}y') CHARACTER SET utf8mb4 NOT NULL DEFAULT '\x{1f600}',
  s set('\x{1f600}','b') CHARACTER SET utf8mb4);
INSERT INTO kinds_colour VALUES (1, 1, 3), (2, 2, 1), (3, 3, 0), (4, 2, NULL);
CREATE TABLE sets (id int PRIMARY KEY, $sets);
INSERT INTO sets VALUES (1, $values), (2, ${\ join ', ', ('NULL') x ($is_mysql ? 3 : 2)});
CREATE TABLE shapes (id int PRIMARY KEY, g geometry, p point, c ${\ ($is_mysql ? 'geomcollection' : 'geometrycollection')});
INSERT INTO shapes VALUES (1, ST_GeomFromText('POINT(1 2)'), ST_GeomFromText('POINT(10 20)', 4326), ST_GeomFromText('GEOMETRYCOLLECTION(POINT(1 2),LINESTRING(0 0,1 1))')),
  (2, ST_GeomFromText('POLYGON((0 0,9 0,9 9,0 0),(1 1,2 1,2 2,1 1))', 3857), NULL, ST_GeomFromText('GEOMETRYCOLLECTION EMPTY')),
  (3, ST_GeomFromText('MULTIPOLYGON(((0 0,9 0,9 9,0 0)),((1 1,2 1,2 2,1 1)))'), NULL, NULL),
  (4, ST_GeomFromText('MULTIPOINT(1 1,2 2)', 4326), NULL, NULL), (5, ST_GeomFromText('MULTILINESTRING((0 0,1 1),(2 2,3 3))'), NULL, NULL);
SQL
    $t->source($is_mysql ? <<'SQL' : <<'SQL');
CREATE TABLE vectors (id int PRIMARY KEY, v vector(3), raw vector(2));
INSERT INTO vectors VALUES (1, STRING_TO_VECTOR('[1,-2.5,1e-20]'), STRING_TO_VECTOR('[0,3]')), (2, STRING_TO_VECTOR('[7]'), NULL), (3, NULL, NULL);
SQL
CREATE TABLE addresses (id int PRIMARY KEY, four inet4 NOT NULL DEFAULT '127.0.0.1', six inet6 DEFAULT '::1', word inet6, u uuid, KEY (six));
INSERT INTO addresses VALUES (1, '1.2.3.4', '::ffff:1.2.3.4', '1::2:3:4:5:6:7', 'f3a6c1b0-0d2e-11ee-be56-0242ac120002'), (2, '0.0.0.0', '::', 'fe80::1', NULL),
  (3, '255.255.255.255', '1:0:2:3:4:5:6:7', NULL, NULL);
SQL
    return;
}

sub write_config {
    my ($t, $text) = @_;
    open my $out, '>', "$t->{dir}/types.yaml" or die "types.yaml: $!";
    print {$out} "version: 1\n$text";
    close $out or die "types.yaml: $!";
    return ('--config', "$t->{dir}/types.yaml");
}

sub by_rule {
    my ($t, $flavor) = @_;
    my @config = write_config($t, <<'YAML');
types:
  "TINYINT(1)": boolean
  tinyint: integer
  int unsigned: bigint
  enum: enum
  "char(36)": uuid
  vector: "real[]"
columns:
  "kinds.size": { type: text }
  "vectors.raw": { type: bytea }
  "addresses.word": { type: text }
YAML
    my $run = $t->migrate(@config);
    $t->exits($run, 0, "$flavor: types by rule");
    $t->same("$flavor: every value is equal");
    my %is = map { $_->[0] => $_->[1] } @{ $t->target(<<'SQL') };
SELECT c.relname || '.' || a.attname, format_type(a.atttypid, a.atttypmod)
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
SQL
    my %wanted = ('kinds.flag' => 'boolean', 'kinds.small' => 'integer', 'kinds.number' => 'bigint', 'kinds.code' => 'uuid',
        'kinds.size' => 'text', 'kinds.doc' => $flavor eq 'mysql' ? 'jsonb' : 'json', 'shapes.g' => 'bytea', 'kinds_colour.s' => 'text[]',
        # a table of that name is there, and a table is a type
        'kinds.colour' => 'kinds_colour_enum', 'kinds_colour.e' => 'kinds_colour_e',
        $flavor eq 'mysql' ? ('vectors.v' => 'real[]', 'vectors.raw' => 'bytea')
        : ('addresses.four' => 'inet', 'addresses.six' => 'inet', 'addresses.word' => 'text', 'addresses.u' => 'uuid'));
    is_deeply({ map { $_ => $is{$_} } keys %wanted }, \%wanted, "$flavor: the types are those of the rules");
    is($t->target_value(q(SELECT string_agg(enumlabel, '|' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = 'kinds_colour_enum'::regtype)),
        q(red||green|it's), "$flavor: the labels in their order");
    is($t->target_value(q(SELECT string_agg(colour::text, '|' ORDER BY colour) FROM kinds)), q(red||it's), "$flavor: it sorts as in MySQL");
    $t->target("INSERT INTO kinds (id) VALUES (50)");
    is($t->target_value('SELECT colour || flag::text FROM kinds WHERE id = 50'), 'greentrue', "$flavor: defaults of the new types");
    ok(!eval { $t->target("INSERT INTO kinds (id, colour) VALUES (100, 'red')"); 1 }, "$flavor: a CHECK on the enum holds");
    is($t->target_value(q(SELECT encode(p, 'hex') FROM shapes WHERE id = 1)), '0101000020e6100000' . ($flavor eq 'mysql'
            ? '00000000000034400000000000002440' : '00000000000024400000000000003440'), "$flavor: EWKB, with its SRID");
    is($t->target_value('SELECT v::text FROM vectors WHERE id = 1'), '{1,-2.5,1e-20}', 'a vector as real[]') if $flavor eq 'mysql';

    my $report = $t->report;
    my @types = grep { $_->{kind} eq 'enum type' } @{ $report->{objects} };
    is(join(' ', sort map { "$_->{name}=$_->{disposition}" } @types), 'colour=created e=created', "$flavor: the report tells of the types");
    my $ddl = $t->run('schema', 'print', '--source', $t->source_uri, @config);
    $t->exits($ddl, 0, "$flavor: schema print");
    like($ddl->{out}, qr/^CREATE TYPE "public"\."kinds_colour_enum" AS ENUM \('red', '', 'green', 'it''s'\);$/m, "$flavor: CREATE TYPE is printed");

    $t->exits($t->run('verify', @config, '--source', $t->source_uri, '--target', $t->target_uri), 3, "$flavor: verify sees the row that was added");
    $t->target('DELETE FROM kinds WHERE id = 50');
    $t->exits($t->run('verify', @config, '--source', $t->source_uri, '--target', $t->target_uri), 0, "$flavor: verify agrees");

    $t->exits($t->run('discard', '--yes', '--overwrite-target', '--target', $t->target_uri), 0, "$flavor: discard");
    is($t->target_value(q(SELECT count(*) FROM pg_type WHERE typnamespace = 'public'::regnamespace)), 0, "$flavor: the types are gone");

    # somebody's own type of the same name is not overrun
    $t->target('CREATE DOMAIN public.kinds_colour_e AS text');
    my $taken = $t->migrate(@config);
    $t->exits($taken, 8, "$flavor: a type's name is taken");
    $t->says($taken, "$flavor: and it is named", 'PGC-3009', 'kinds_colour_e');
    $t->target('DROP DOMAIN public.kinds_colour_e');
    return;
}

sub refused_in_the_plan {
    my ($t, $flavor) = @_;
    my $run = $t->run('plan', '--source', $t->source_uri, write_config($t, "columns: { \"shapes.g\": { type: geometry } }\n"));
    $t->exits($run, 3, "$flavor: geometry without PostGIS");
    like($run->{out}, qr/CREATE EXTENSION postgis/, "$flavor: is a blocker with its fix");
    my $wrong = $t->run('plan', '--source', $t->source_uri, write_config($t, "types: { tinyitn: boolean }\n"));
    $t->exits($wrong, 2, "$flavor: a type that is none");
    $t->says($wrong, "$flavor: is told with its place", 'types.yaml:2:', 'tinyitn');
    $t->source("CREATE TABLE long_label (id int PRIMARY KEY, e enum('" . 'x' x 64 . "'))");
    my $long = $t->run('plan', '--source', $t->source_uri, write_config($t, "types: { enum: enum }\n"));
    $t->exits($long, 3, "$flavor: a label beyond 63 bytes");
    like($long->{out}, qr/label 1 has 64 bytes/, "$flavor: is a blocker");
    $t->source('DROP TABLE long_label');
    return;
}

# Documents that jsonb would change, and json keeps.
sub refused_documents {
    my ($t) = @_;
    my %documents = ('the sign of zero' => "'[1, -0.0]'", 'U+0000' => q('["\\\\u0000"]'));
    for my $what (sort keys %documents) {
        $t->source("CREATE TABLE documents (id int PRIMARY KEY, j json); INSERT INTO documents VALUES (1, '[0.0]'), (7, $documents{$what})");
        $t->new_target;
        my $run = $t->migrate('--tables', 'documents');
        $t->exits($run, 6, "$what: refused as jsonb");
        $t->says($run, "$what: with the row", 'PGC-4008', 'id = 7', 'documents.j');
        $t->new_target;
        $t->exits($t->migrate('--tables', 'documents', write_config($t, "types: { json: json }\n")), 0, "$what: kept as json");
        is(join("\n", $t->oracle->compare('documents')), '', "$what: and equal");
        $t->source('DROP TABLE documents');
    }
    return;
}

# The present rows come along, the history does not, and the plan says so.
sub history {
    my ($t) = @_;
    $t->source(<<'SQL');
CREATE TABLE hidden_times (id int PRIMARY KEY, v varchar(10)) WITH SYSTEM VERSIONING;
CREATE TABLE shown_times (id int PRIMARY KEY, v varchar(10), f timestamp(6) GENERATED ALWAYS AS ROW START, u timestamp(6) GENERATED ALWAYS AS ROW END,
  PERIOD FOR SYSTEM_TIME (f, u)) WITH SYSTEM VERSIONING;
INSERT INTO hidden_times VALUES (1, 'a'), (2, 'b'), (3, 'c');
INSERT INTO shown_times (id, v) VALUES (1, 'a'), (2, 'b'), (3, 'c');
UPDATE hidden_times SET v = 'new' WHERE id = 1; DELETE FROM hidden_times WHERE id = 2;
UPDATE shown_times SET v = 'new' WHERE id = 1; DELETE FROM shown_times WHERE id = 2;
SQL
    $t->new_target;
    my $run = $t->migrate('--tables', '*_times');
    $t->exits($run, 0, 'system-versioned tables');
    is(join("\n", $t->oracle->compare('hidden_times', 'shown_times')), '', 'the present rows are there');
    is($t->target_value("SELECT string_agg(id || v, ' ' ORDER BY id) FROM shown_times"), '1new 3c', 'and no others');
    my @said = grep { $_->{text} =~ /its history does not/ && $_->{severity} eq 'changes' } @{ $t->report->{findings} };
    is(scalar @said, 2, 'the report says of both that the history does not come along');
    return;
}
