#!/usr/bin/perl
# INT and TERM: a clean stop within ten seconds, and the same command continues.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use PgcTest;
use Test::More;
use Time::HiRes qw(sleep time);

for my $flavor (qw(mysql mariadb)) {
    my $t = PgcTest->new(flavor => $flavor);
    $t->source_file(PgcTest::fixtures() . '/chunks.sql');
    my @arguments = ('--chunk-rows', 100);
    my $before;

    for (['INT', 130, 5], ['TERM', 143, 60]) {
        my ($signal, $exit, $chunks) = @$_;
        my $run = $t->start_migrate(@arguments);
        ok($t->wait_for_chunks($chunks), "$flavor: it copies");
        my $sent = time;
        $run->kill($signal);
        $run->wait(60);
        cmp_ok(time - $sent, '<', 10, "$flavor: $signal ends it in time");
        $t->exits($run, $exit, "$flavor: $signal");
        $t->says($run, "$flavor: $signal: it says how to continue", 'PGC-8010', qr/continue/i, qr/pgconverge migrate/);
        ok($t->wait_for_quiet_target(2), "$flavor: $signal: its sessions are gone");
        is($t->source_value("SELECT count(*) FROM information_schema.processlist WHERE user = '$t->{user}'"), 0, "$flavor: $signal: also on the source");
        my $after = $t->row_versions;
        is($t->versions_lost($before, $after), 0, "$flavor: $signal: what was done stays") if $before;
        is($t->report->{exit_code} // $exit, $exit, "$flavor: $signal: the report knows");
        $before = $after;
        $t->exits($t->run('status', '--target', $t->target_uri), 7, "$flavor: status says that it is unfinished");
    }
    my $run = $t->migrate(@arguments);
    $t->exits($run, 0, "$flavor: the same command continues");
    is($t->versions_lost($before, $t->row_versions), 0, "$flavor: finished rows are not written anew");
    $t->same("$flavor: every value is equal");

    # early, before there is anything; and twice in a row
    $t->new_target;
    for my $delay (0, 0.02, 0.1, 0.3) {
        my $early = $t->start_migrate(@arguments);
        sleep $delay;
        $early->kill('TERM');
        $early->kill('TERM') if $delay == 0.3;
        $early->wait(30);
        # before the program has its handlers, the signal itself ends it
        ok((($early->{signal} // 0) == 15 || $early->{exit} == 143), "$flavor: TERM after $delay s") or diag("exit $early->{exit} $early->{err}");
    }
    $t->exits($t->migrate(@arguments), 0, "$flavor: and then to the end");
    $t->same("$flavor: every value is equal again");
    $t->done;
}
done_testing();
