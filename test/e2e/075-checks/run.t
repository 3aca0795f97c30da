#!/usr/bin/perl
# Rows that break a CHECK of their table, as check_constraint_checks = 0 leaves them in MariaDB (MySQL
# has no such switch): listed, kept, and not called a success. A CHECK that all rows fulfil is valid.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use PgcTest;
use Test::More;

sub constraints {
    my ($t) = @_;
    my $rows = $t->target("SELECT conname, convalidated FROM pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace ORDER BY conname COLLATE \"C\"");
    return join ' ', map { "$_->[0]=$_->[1]" } @$rows;
}

sub disposition {
    my ($report, $name) = @_;
    my ($object) = grep { $_->{kind} eq 'check' && ($_->{target} // '') eq $name } @{ $report->{objects} };
    return $object ? $object->{disposition} : 'not in the report';
}

my $tables = <<'SQL';
CREATE TABLE priced (id int PRIMARY KEY, price int, CONSTRAINT price_ok CHECK (price > 0), CONSTRAINT price_low CHECK (price < 1000000));
CREATE TABLE `no "key` (`a'b` int, note varchar(10), CONSTRAINT `it's ok` CHECK (`a'b` <> 13));
CREATE TABLE pair (a int, b varchar(10), n int unsigned, kind enum('x', 'y'), PRIMARY KEY (a, b), CONSTRAINT b_before_a CHECK (n >= a));
SQL

my $t = PgcTest->new(flavor => 'mariadb');
$t->source($tables . <<'SQL');
SET check_constraint_checks = 0;
INSERT INTO priced VALUES (1, 5), (815, 0), (816, -7), (4, NULL);
INSERT INTO priced SELECT 20000 + seq, -seq FROM seq_1_to_20;
INSERT INTO `no "key` VALUES (12, 'fine'), (13, 'not'), (NULL, 'unknown');
INSERT INTO pair VALUES (1, 'it''s', 1, 'x'), (9, 'p "q"', 3, 'y');
SQL
my $before = $t->source_digest;
my $run = $t->migrate;
$t->exits($run, 3, 'rows that break a CHECK');
$t->same('every row is there');
is($t->source_digest, $before, 'the source is what it was');
is(constraints($t), q(b_before_a=f it's ok=f kind_labels=t n_unsigned=t price_low=t price_ok=f), 'every CHECK stands, valid where the rows allow it');
ok(!eval { $t->target('INSERT INTO priced VALUES (900, -1)'); 1 }, 'new rows are guarded');
$t->says($run, 'told with its id', 'PGC-4016');

my $report = $t->report;
my %found = map { $_->{object} => $_ } grep { ($_->{id} // '') eq 'PGC-4016' } @{ $report->{findings} };
is(join('|', sort keys %found), q(validate no "key.it's ok|validate pair.b_before_a|validate priced.price_ok), 'a finding for each');
my $priced = $found{'validate priced.price_ok'};
is($priced->{rows}, 22, 'its rows are counted');
is(scalar(() = $priced->{detail} =~ /^id = [0-9]+$/mg), 5, 'and five of them listed by their key');
unlike($priced->{detail}, qr/-/, 'without the values of other columns');
like($found{'validate pair.b_before_a'}{detail}, qr/\Aa = 9, b = p "q"\z/, 'by a key of two columns');
like($found{q(validate no "key.it's ok)}{detail}, qr/\Actid = \(0,2\)\z/, 'by its place where there is no key');
is($found{q(validate no "key.it's ok)}{rows}, 1, 'NULL breaks nothing');
is(disposition($report, 'price_ok'), 'created, NOT VALID', 'the report says what is not valid');
is(disposition($report, 'price_low'), 'created, validated', 'and what is');
is(disposition($report, 'n_unsigned'), 'created', 'and what came with its table');

# told again when it is asked again, and nothing is touched
my $rows = $t->row_versions;
$t->exits($t->migrate, 3, 'the finished run again');
is($t->versions_lost($rows, $t->row_versions), 0, 'nothing was touched');

# what the fix says can be done
(my $statement = $priced->{fix}) =~ s/^.*then: //s;
$t->target("DELETE FROM priced WHERE price <= 0; $statement");
is(constraints($t), q(b_before_a=f it's ok=f kind_labels=t n_unsigned=t price_low=t price_ok=t), 'mended by hand');

# the same tables with rows that are fine, and the order in which it is shown
$t->source('DELETE FROM priced WHERE price <= 0; DELETE FROM `no "key` WHERE note = "not"; DELETE FROM pair WHERE a = 9');
$t->new_target;
$t->exits($t->migrate, 0, 'rows that fulfil every CHECK');
is(constraints($t), q(b_before_a=t it's ok=t kind_labels=t n_unsigned=t price_low=t price_ok=t), 'all are valid');
my $ddl = $t->run('schema', 'print', '--source', $t->source_uri);
like($ddl->{out}, qr/CONSTRAINT "n_unsigned" CHECK.*rows are copied here.*ADD CONSTRAINT "price_ok" CHECK [^\n]* NOT VALID;.*VALIDATE CONSTRAINT "price_ok"/s, 'the printed schema has the same order');
$t->done;

# An expression that cannot be judged for every row is told all the same.
$t = PgcTest->new(flavor => 'mariadb');
$t->source(<<'SQL');
CREATE TABLE broken (id int PRIMARY KEY, v double, CONSTRAINT small CHECK (v * v < 100));
CREATE TABLE mute (id int PRIMARY KEY, v double, CONSTRAINT tiny CHECK (v * v < 100));
SET check_constraint_checks = 0;
INSERT INTO broken VALUES (1, 3), (2, 20), (3, 1e200);
INSERT INTO mute VALUES (1, 1e200), (2, 20);
SQL
$run = $t->migrate;
$t->exits($run, 3, 'a CHECK that overflows');
$t->same('every row is there');
%found = map { $_->{object} => $_ } grep { ($_->{object} // '') =~ /^validate / } @{ $t->report->{findings} };
my ($broken, $mute) = @found{'validate broken.small', 'validate mute.tiny'};
is("$broken->{id} $mute->{id}", 'PGC-4016 PGC-4013', 'with or without a row that breaks it');
like("$broken->{detail} $mute->{text}", qr/overflow.*overflow/, 'and with the reason');
like($_->{fix}, qr/VALIDATE CONSTRAINT/, 'and the statement to come') for $broken, $mute;
is(constraints($t), 'small=f tiny=f', 'both stand');
$t->done;
done_testing();
