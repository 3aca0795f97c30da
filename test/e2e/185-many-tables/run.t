#!/usr/bin/perl
# Many small tables: their statements run several at a time. What cannot be made is told by itself, with
# the row, and takes nothing else with it; kill -9 in between costs nothing.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use PgcTest;
use Test::More;

my $TABLES = 120;
my @WIDE = (7, 8, 60, 119);    # their values are too wide for an index of PostgreSQL

for my $flavor (qw(mysql mariadb)) {
    my $t = PgcTest->new(flavor => $flavor);
    my $sql = '';
    for my $n (1 .. $TABLES) {
        $sql .= "CREATE TABLE t$n (id int PRIMARY KEY AUTO_INCREMENT, v varchar(767) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin, w int, KEY v (v), KEY w (w)) COMMENT 'table $n';\n";
        $sql .= "INSERT INTO t$n (v, w) VALUES ('x', $n), (NULL, 2);\n";
    }
    # characters of four bytes, in no order that compression could use
    srand 185;
    for my $n (@WIDE) {
        my $hex = join '', map { sprintf 'f09f%02x%02x', 0x80 + int rand 48, 0x80 + int rand 64 } 1 .. 767;
        $sql .= "INSERT INTO t$n (id, v) VALUES (4711, CONVERT(x'$hex' USING utf8mb4));\n";
    }
    $t->source($sql);

    # kills first, then to the end
    for my $point (qw(schema:30 index:40 index:100 sequence:20 analyze:20)) {
        my $run = $t->migrate({ env => { PGCONVERGE_CRASH_AT => $point } }, '--jobs', 2);
        is($run->{signal}, 9, "$flavor: killed at $point");
        $t->wait_for_quiet_target;
    }
    my $run = $t->migrate('--jobs', 2);
    $t->exits($run, 3, "$flavor: to its end, with findings");
    $t->same("$flavor: every row is there");
    is($t->target_value("SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid WHERE c.relnamespace = 'public'::regnamespace AND i.indisvalid"), 3 * $TABLES - @WIDE, "$flavor: every index but those of the wide values");
    is($t->target_value("SELECT count(*) FROM pg_description WHERE classoid = 'pg_class'::regclass AND description LIKE 'table %'"), $TABLES, "$flavor: every comment");
    is($t->target_value("SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND reltuples >= 2"), $TABLES, "$flavor: every table was analyzed");
    is($t->target_value("SELECT string_agg(DISTINCT state || ' ' || (SELECT count(*) FROM pgconverge.step s WHERE s.state = step.state), ',') FROM pgconverge.step WHERE state = 'failed'"), 'failed ' . @WIDE, "$flavor: nothing else failed");
    my %found = map { $_->{object} => $_ } grep { $_->{object} =~ /^index / } @{ $t->report->{findings} };
    my @told = sort grep { !/"/ } keys %found;
    my @missing = sort grep { ($found{$_}{id} // '') eq 'PGC-5201' } keys %found;
    is("@told", join(' ', sort map {"index t$_.t${_}_v"} @WIDE), "$flavor: each is told");
    is("@missing", join(' ', sort map {qq(index "t$_"."t${_}_v")} @WIDE), "$flavor: and the look at the structure misses these and no other");
    is(@told + @missing, scalar keys %found, "$flavor: nothing else is told of indexes");
    is($found{'index t60.t60_v'}{detail}, 'id = 4711', "$flavor: by its row");
    like($found{'index t60.t60_v'}{text}, qr/exceeds.*the table is complete/, "$flavor: and what is wrong");
    is($t->target_value("INSERT INTO t119 (v) VALUES ('y') RETURNING id"), 4712, "$flavor: identities go on");
    $t->done;
}
done_testing();
