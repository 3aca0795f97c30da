#!/usr/bin/perl
# Two PostgreSQL databases compared object by object, by the code that schema diff uses, through
# test/e2e/support/compare_databases: equal ones are equal, a difference of each kind is named.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use PgcTest;
use Test::More;

my $t = PgcTest->new(flavor => (PgcTest::flavors())[0]);

# "different index two.by_both definition"
sub said {
    my ($document) = @_;
    return ['no JSON'] if !$document;
    my @differences = map {
        join ' ', $_->{change}, $_->{kind}, (defined $_->{table} ? "$_->{table}.$_->{name}" : $_->{name}), $_->{property} // ()
    } @{ $document->{differences} };
    return [@differences, map { "not compared: $_->{kind} $_->{object}" } @{ $document->{not_compared} }];
}

my $compare = $ENV{PGC_COMPARE_DATABASES} // (PgcTest::pgconverge() =~ s{src/cli/pgconverge$}{test/e2e/support/compare_databases}r);
my $objects = <<'SQL';
CREATE TYPE mood AS ENUM ('good', 'it''s bad');
CREATE DOMAIN price AS numeric(10,2) DEFAULT 1 NOT NULL CONSTRAINT positive CHECK (VALUE > 0);
CREATE TYPE pair AS (a int, b text);
CREATE TYPE span AS RANGE (subtype = date);
CREATE COLLATION blind (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE SEQUENCE numbers AS int START 5 INCREMENT 5 CYCLE MAXVALUE 500;
CREATE FUNCTION twice(n int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 2 * n';
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE AGGREGATE total(int) (SFUNC = pg_catalog.int4pl, STYPE = int, INITCOND = '0');
CREATE TABLE parent (id int PRIMARY KEY, m mood DEFAULT 'good', p price, n int DEFAULT nextval('numbers'), t text COLLATE blind, EXCLUDE USING btree (n WITH =));
ALTER SEQUENCE numbers OWNED BY parent.n;
CREATE TABLE child (id int REFERENCES parent MATCH FULL ON DELETE CASCADE DEFERRABLE, v int CHECK (v > twice(1)), w int GENERATED ALWAYS AS (twice(v)) STORED, UNIQUE NULLS NOT DISTINCT (id) INCLUDE (v));
CREATE INDEX by_expression ON child USING btree (twice(v) DESC NULLS LAST, (id + 1)) INCLUDE (w) WITH (fillfactor = 70) WHERE v > twice(3);
CREATE INDEX by_pattern ON parent ((t COLLATE "C") text_pattern_ops) WHERE m = 'good';
CREATE TABLE parted (d date NOT NULL, n int, PRIMARY KEY (d)) PARTITION BY RANGE (d);
CREATE TABLE parted_2024 PARTITION OF parted FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE heir () INHERITS (child);
CREATE VIEW seen WITH (security_barrier = true) AS SELECT id, twice(v) AS double FROM child;
CREATE MATERIALIZED VIEW kept AS SELECT count(*) AS n FROM parent;
CREATE UNIQUE INDEX kept_one ON kept (n);
CREATE TRIGGER touched BEFORE UPDATE OF v ON child FOR EACH ROW WHEN (OLD.v <> NEW.v) EXECUTE FUNCTION touch();
CREATE RULE ignored AS ON UPDATE TO seen DO INSTEAD NOTHING;
CREATE STATISTICS related ON id, v FROM child;
ALTER TABLE parent ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON parent FOR SELECT TO PUBLIC USING (id > twice(0));
GRANT SELECT ON parent TO PUBLIC;
GRANT UPDATE (v) ON child TO PUBLIC;
COMMENT ON TABLE parent IS 'a parent';
COMMENT ON INDEX by_pattern IS 'an index';
SQL
sub compare_databases {
    my ($left, $right, @schemas) = @_;
    my ($a, $b) = map { $t->target_uri(db => $_) } $left, $right;
    open my $out, '-|', $compare, $a, $b, @schemas or die "$compare: $!";
    my $json = do { local $/; <$out> };
    close $out;
    return [$? >> 8, @{ said({ differences => JSON::PP->new->utf8->decode($json), not_compared => [] }) }];
}
my $first = $t->new_target;
$t->target_as_loader($objects);
my $second = $t->new_target;
$t->target_as_loader($objects);
is_deeply(compare_databases($first, $second), [0], 'two databases made alike are equal');
$t->target_as_loader("CREATE SCHEMA \"o'ther\"; SET search_path = \"o'ther\", public; $objects");
is_deeply(compare_databases($first, $second, 'public', "o'ther"), [3, map { "different schema public $_" } qw(owner privileges comment)],
    'and so is a schema of another name, but for the schema itself');
my @CHANGES = (
    [q(ALTER TYPE mood ADD VALUE 'new' BEFORE 'good'), 'different enum mood labels'],
    ['ALTER DOMAIN price DROP NOT NULL', 'different domain price not null'],
    ['ALTER TYPE pair ADD ATTRIBUTE c int', 'different type pair definition'],
    ['ALTER SEQUENCE numbers NO CYCLE', 'different sequence numbers cycle'],
    ['ALTER SEQUENCE numbers OWNED BY NONE', 'different sequence numbers owned by'],
    [q(CREATE OR REPLACE FUNCTION twice(n int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT n + n'), 'different function twice(n integer) definition'],
    ['DROP AGGREGATE total(int)', 'missing function total(integer)'],
    ['ALTER TABLE child ALTER CONSTRAINT child_id_fkey NOT DEFERRABLE', 'different foreign key child.child_id_fkey deferrable'],
    ['ALTER INDEX by_expression SET (fillfactor = 80)', 'different index child.by_expression definition'],
    ['COMMENT ON INDEX by_pattern IS NULL', 'different index parent.by_pattern comment'],
    ['DROP INDEX kept_one', 'missing index kept.kept_one'],
    [q(ALTER TABLE parted DETACH PARTITION parted_2024; ALTER TABLE parted ATTACH PARTITION parted_2024 FOR VALUES FROM ('2024-01-01') TO ('2024-12-31')), 'different table parted_2024 partition bound'],
    ['ALTER TABLE heir NO INHERIT child', 'different table heir inherits'],
    ['CREATE OR REPLACE VIEW seen WITH (security_barrier = true) AS SELECT id, twice(id) AS double FROM child', 'different view seen definition'],
    ['ALTER TABLE child ENABLE ALWAYS TRIGGER touched', 'different trigger child.touched enabled'],
    ['ALTER POLICY own ON parent USING (id > 1)', 'different policy parent.own using'],
    ['DROP RULE ignored ON seen', 'missing rule seen.ignored'],
    ['DROP STATISTICS related', 'missing statistics child.related'],
    ['REVOKE SELECT ON parent FROM PUBLIC', 'different table parent privileges'],
    ['REVOKE UPDATE (v) ON child FROM PUBLIC', 'different column child.v privileges'],
    ['ALTER TABLE parent FORCE ROW LEVEL SECURITY', 'different table parent row security'],
    ['ALTER TABLE parted REPLICA IDENTITY FULL', 'different table parted replica identity'],
);
$t->target_as_loader('DROP SCHEMA "o\'ther" CASCADE;' . join ";\n", map { $_->[0] } @CHANGES);
my ($exit, @said) = @{ compare_databases($first, $second)};
my %two = map { $_ => 1 } @said;
ok(delete $two{ $_->[1] }, "two databases: $_->[1]") for @CHANGES;
is(join("\n", sort keys %two), '', 'two databases: and nothing else');

$t->done;
done_testing();
