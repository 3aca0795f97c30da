#!/usr/bin/perl
# What arrived is proven to be what was there: the databases with all types agree on both servers, by
# the command of its own, in text and in JSON; and nobody's word is taken for it, the copy's least.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use PgcTest;
use Test::More;

for my $flavor (qw(mysql mariadb)) {
    my $t = PgcTest->new(flavor => $flavor);
    $t->source_file(PgcTest::fixtures() . '/everything', $flavor);
    my $run = $t->migrate('--chunk-rows', 60);
    $t->exits($run, 0, "$flavor: migrates");

    my @both = ('--source', $t->source_uri, '--target', $t->target_uri);
    $run = $t->run('verify', @both, '--jobs', 2);
    $t->exits($run, 0, "$flavor: verifies") or diag($run->{out}, $run->{err});
    like($run->{out}, qr/^VERIFIED\n/, "$flavor: and says so");

    # A converter that does its work wrong deceives every count, and not the second opinion.
    broken($t) if $flavor eq 'mysql';
    interrupted($t, $flavor);
    $t->done;
}
done_testing();

sub broken {
    my ($t) = @_;
    my %column = (integer => 'i', real => 'r', text => 's', timestamp => 't', bytea => 'b');
    for my $what (sort keys %column) {
        my $old = $t->{target};
        $t->new_target;
        $t->target_admin("DROP DATABASE \"$old\" WITH (FORCE)");
        $t->source_admin("DROP DATABASE `$t->{db}`; CREATE DATABASE `$t->{db}`");
        $t->source("CREATE TABLE broken (id bigint PRIMARY KEY, i int, r float, s varchar(20), t datetime(3), b blob);"
                . "INSERT INTO broken VALUES (1, 1, 0.1, 'a ', '2024-01-01 00:00:00.123', 'x'), (2, NULL, NULL, NULL, NULL, NULL)");
        my $run = $t->migrate({ env => { PGCONVERGE_BREAK => $what } });
        $t->exits($run, 3, "a broken converter ($what) is seen");
        $t->says($run, "and named ($what)", 'NOT VERIFIED', 'PGC-5003', "id = 1; column $column{$what}:");
    }
    return;
}

# Killed while it compares: the same command goes on, does not compare again what agreed, and sees
# what somebody wrote meanwhile.
sub interrupted {
    my ($t, $flavor) = @_;
    my $old = $t->{target};
    $t->new_target;
    $t->target_admin("DROP DATABASE \"$old\" WITH (FORCE)");
    $t->source_admin("DROP DATABASE `$t->{db}`; CREATE DATABASE `$t->{db}`");
    $t->source("CREATE TABLE t$_ (id int PRIMARY KEY, n int); INSERT INTO t$_ VALUES (1, 1), (2, 2)") for 1 .. 4;
    my $run = $t->migrate({ env => { PGCONVERGE_CRASH_AT => 'verify-table:2' } });
    is($run->{signal}, 9, "$flavor: killed behind the second table");
    is($t->target_value("SELECT count(*) FROM pgconverge.\"table\" WHERE digest LIKE '%content=%'"), 2, "$flavor: two are recorded");
    my $written = $t->target_value("SELECT min(target_name) FROM pgconverge.\"table\" WHERE digest LIKE '%content=%'");
    $t->target("UPDATE $written SET n = 7 WHERE id = 2");
    $run = $t->migrate;
    $t->exits($run, 3, "$flavor: goes on, and sees what was written meanwhile");
    $t->says($run, "$flavor: and where", 'PGC-5003', "$t->{db}.$written", 'id = 2; column n:');
    is(scalar(my @others = $run->{out} =~ /PGC-5\d\d\d/g), 1, "$flavor: and nothing else");
    return;
}
