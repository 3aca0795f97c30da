#!/usr/bin/perl
# INT and TERM: a clean stop within ten seconds, and the same command continues.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use PgcTest;
use Test::More;
use Time::HiRes qw(sleep time);

for my $flavor (PgcTest::flavors()) {
    my $t = PgcTest->new(flavor => $flavor);
    $t->source_file(PgcTest::fixtures() . '/chunks.sql');
    # MariaDB writes statistics of a table ten seconds after its rows, in a transaction that nothing
    # tells from another's: a run of another process could not prove then that the source stood still
    sleep 12 if $flavor eq 'mariadb';
    my @arguments = ('--chunk-rows', 100);
    # the copy alone, where a test is of nothing else and the oracle compares: a third of the time
    my @copy_alone = ('--pre-scan', 'none', '--no-verify');
    my $before;

    for (['INT', 130], ['TERM', 143]) {
        my ($signal, $exit) = @$_;
        my $chunks = $before ? $t->target_value('SELECT count(*) FROM pgconverge.chunk WHERE done') : 0;
        my $run = $t->start_migrate(@arguments);
        ok($t->wait_for_chunks($chunks + 5), "$flavor: it copies");
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
        is($t->report->{verdict}{exit_code}, $exit, "$flavor: $signal: the report knows");
        $before = $after;
        $t->exits($t->run('status', '--target', $t->target_uri), 7, "$flavor: status says that it is unfinished");
    }
    my $run = $t->migrate(@arguments);
    $t->exits($run, 0, "$flavor: the same command continues");
    is($t->versions_lost($before, $t->row_versions), 0, "$flavor: finished rows are not written anew");
    $t->same("$flavor: every value is equal");

    # in every phase, one after the other; each time the next one gets further
    $t->new_target;
    my ($interrupted, $phases) = (0, 0);
    while ($phases++ < 12) {
        my $run = $t->start_migrate(@arguments, '--log-format', 'json');
        PgcTest::wait_for(60, sub { my $begun = () = $run->err =~ /"event":\s*"phase\.start"/g; $begun >= $phases || !$run->is_running });
        my $sent = time;
        $run->kill('INT');
        $run->wait(60);
        last if $run->{exit} == 0;
        $t->exits($run, 130, "$flavor: INT in phase $phases");
        cmp_ok(time - $sent, '<', 10, "$flavor: INT in phase $phases: in time");
        $interrupted++;
    }
    cmp_ok($interrupted, '>=', 3, "$flavor: interrupted in $interrupted phases");
    $t->exits($t->migrate(@arguments), 0, "$flavor: INT in every phase: to the end");
    $t->same("$flavor: INT in every phase: every value is equal");

    # INT twice: at once, whatever it waits for
    $t->new_target;
    my $twice = $t->start_migrate(@arguments, @copy_alone);
    ok($t->wait_for_chunks(5), "$flavor: it copies");
    $t->target_while('BEGIN; LOCK TABLE pgconverge.chunk IN ACCESS EXCLUSIVE MODE', sub {
        sleep 0.3;
        $twice->kill('INT');
        sleep 0.1;
        $twice->kill('INT');
        my $sent = time;
        $twice->wait(30);
        cmp_ok(time - $sent, '<', 2, "$flavor: INT twice: at once");
    });
    $t->exits($twice, 130, "$flavor: INT twice");
    $t->exits($t->migrate(@arguments, @copy_alone), 0, "$flavor: INT twice: to the end");

    # a deadline is a stop as well
    $t->new_target;
    my @slowly = ('--chunk-rows', 50, '--jobs', 1, @copy_alone);
    my $limited = $t->migrate(@slowly, '--deadline', '1s');
    $t->exits($limited, 10, "$flavor: --deadline");
    $t->says($limited, "$flavor: --deadline: it says how to continue", 'PGC-8009', qr/continue/i);
    $t->exits($t->migrate(@slowly), 0, "$flavor: --deadline: to the end");
    $t->same("$flavor: --deadline: every value is equal");

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
