#!/usr/bin/perl
# Children without parents, as foreign_key_checks = 0 leaves them, and children whose parent is equal
# for MySQL's collation but not for PostgreSQL: listed, kept, and not called a success.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use PgcTest;
use Test::More;

for my $flavor (PgcTest::flavors()) {
    my $t = PgcTest->new(flavor => $flavor);
    $t->source(<<'SQL');
CREATE TABLE parent (id int PRIMARY KEY, code varchar(20) NOT NULL, UNIQUE (code));
CREATE TABLE child (id int PRIMARY KEY, parent_id int, CONSTRAINT child_parent FOREIGN KEY (parent_id) REFERENCES parent (id));
CREATE TABLE by_code (id int PRIMARY KEY, code varchar(20), CONSTRAINT by_code_parent FOREIGN KEY (code) REFERENCES parent (code));
CREATE TABLE pair (a int, b int, PRIMARY KEY (a, b));
CREATE TABLE of_pair (id int PRIMARY KEY, a int, b int, CONSTRAINT of_pair_pair FOREIGN KEY (a, b) REFERENCES pair (a, b));
CREATE TABLE fine (id int PRIMARY KEY, parent_id int, CONSTRAINT fine_parent FOREIGN KEY (parent_id) REFERENCES parent (id));
INSERT INTO parent VALUES (1, 'abc'), (2, 'Def'), (3, 'ghi');
INSERT INTO by_code VALUES (1, 'abc'), (2, 'ABC'), (3, 'DEF'), (4, NULL);
INSERT INTO pair VALUES (1, 1), (2, 2);
INSERT INTO fine VALUES (1, 1), (2, 2), (3, NULL);
SET foreign_key_checks = 0;
INSERT INTO child VALUES (1, 1), (815, 99), (816, 98), (4, NULL);
INSERT INTO of_pair VALUES (1, 1, 1), (817, 1, 2), (3, NULL, 7);
SQL
    my $before = $t->source_digest;
    my $run = $t->migrate;
    $t->exits($run, 3, "$flavor: orphans");
    $t->same("$flavor: every row is there, orphans included");
    is($t->source_digest, $before, "$flavor: the source is what it was");
    my %valid = map { $_->[0] => $_->[1] } @{ $t->target("SELECT conname, convalidated FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace") };
    is(scalar keys %valid, 4, "$flavor: every foreign key stands");
    is(join(' ', map { "$_=$valid{$_}" } sort keys %valid), 'by_code_parent=f child_parent=f fine_parent=t of_pair_pair=f', "$flavor: validated where the rows allow it");
    ok(!eval { $t->target('INSERT INTO child VALUES (900, 97)'); 1 }, "$flavor: new rows are guarded");

    my $report = JSON::PP->new->canonical->encode($t->report // {});
    $t->says($run, "$flavor: told with its id", 'PGC-4010');
    like($report, qr/PGC-4010/, "$flavor: in the report");
    like($report, qr/\b$_\b/, "$flavor: the report names the row $_") for 815, 816, 817;
    for my $table (qw(child by_code of_pair)) { like($report, qr/\b$table\b/, "$flavor: the report names $table") }
    # told again when it is asked again, and nothing is touched
    my $rows = $t->row_versions;
    my $again = $t->migrate;
    $t->exits($again, 3, "$flavor: the finished run again");
    is($t->versions_lost($rows, $t->row_versions), 0, "$flavor: nothing was touched");
    # what the fix says can be done
    $t->target('DELETE FROM child WHERE id IN (815, 816); ALTER TABLE child VALIDATE CONSTRAINT child_parent');
    is($t->target_value("SELECT convalidated FROM pg_constraint WHERE conname = 'child_parent'"), 't', "$flavor: mended by hand");
    $t->done;
}
done_testing();
