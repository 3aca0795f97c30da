#!/usr/bin/perl
# kill -9, at least 30 times: at every crash point of the program, and at random times. Each time the
# same command continues, no row that was there is written anew, and in the end all is equal.
# PGC_SEED decides the random times; PGC_KILLS how many kills (30).
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use PgcTest;
use Test::More;
use Time::HiRes qw(sleep time);

my $wanted = $ENV{PGC_KILLS} // 30;
my $seed   = $ENV{PGC_SEED} // 20;
srand $seed;

my $t = PgcTest->new(flavor => 'mysql');
$t->source_file(PgcTest::fixtures() . '/chunks.sql');

my $points = $t->run('--list-crash-points');
my @points = grep { $_ ne 'chunk-set-aside' } split ' ', $points->{out};    # of 150-policies
$points->{exit} == 0 && @points or BAIL_OUT('this needs a program with crash points: meson setup -Dcrash_points=true');
my %known = map { $_ => 1 } @points;
ok($known{$_}, "there is a crash point $_")
    for qw(schema chunk-sent chunk-before-commit chunk-after-commit index fk fk-validate sequence trigger analyze view finish verify-table);

# how long it takes undisturbed, and how it ends
my @arguments = ('--chunk-rows', 500, '--jobs', 2);
my $whole = $t->migrate(@arguments);
$t->exits($whole, 0, 'undisturbed');
$t->same('undisturbed: every value is equal');
my $chunks = $t->target_value("SELECT count(*) FROM pgconverge.chunk");
cmp_ok($chunks, '>=', 50, "the data makes $chunks chunks");
note(sprintf 'undisturbed %.2f s', $whole->{seconds});

# In the order of the phases; between the points, random moments of the copy.
sub plan_of_kills {
    my @early = (['schema', 1], ['schema', 3], ['random'], ['chunk-sent', 1], ['chunk-before-commit', 1], ['chunk-after-commit', 1],
        ['random'], ['random'], ['chunk-sent', 4], ['chunk-before-commit', 3], ['chunk-after-commit', 5], ['random'], ['random'],
        ['random'], ['random'], ['chunk-sent', 11], ['chunk-before-commit', 8], ['chunk-after-commit', 7], ['random'], ['random'], ['random']);
    # two threads make them: where there are few, a second kill would come too late
    my @late = map { my $name = $_; map { [$name, $_] } $name eq 'index' ? (1, 2, 1) : 1 }
        grep { !/^(?:schema|chunk-.*)$/ } @points;
    return (@early, @late);
}

my %kills;
my ($total, $round) = (0, 0);
while ($total < $wanted && $round++ < 5) {
    $t->new_target;
    my @kills = plan_of_kills();
    my ($before, $done_before, $ended) = (undef, 0, 0);
    while (@kills && !$ended) {
        my ($point, $count) = @{ shift @kills };
        my $what;
        my $run;
        if ($point eq 'random') {
            # while it begins, or early in its copy: the rest of the copy is for the next ones
            my $after = rand 0.15;
            my $phase = rand() < 0.3 ? 'run' : 'copy';
            $what = sprintf 'a kill %.3f s after the start of the %s', $after, $phase;
            $run = $t->start_migrate(@arguments);
            PgcTest::wait_for(60, sub { $run->err =~ /^$phase\b/m || !$run->is_running });
            sleep $after;
            $run->kill('KILL');
            $run->wait;
        }
        else {
            $what = "a kill at $point:$count";
            $run = $t->migrate({ env => { PGCONVERGE_CRASH_AT => "$point:$count" } }, @arguments);
        }
        if (!$run->{signal}) {
            # a phase with fewer passes than that, or a kill that came too late: the run is over
            $t->exits($run, 0, "$what did not come: it ended well");
            $ended = 1;
        }
        else {
            is($run->{signal}, 9, "$what: it is dead");
            $kills{$point}++;
            $total++;
        }
        ok($t->wait_for_quiet_target, "$what: its sessions end");
        my $after = $t->row_versions;
        is($t->versions_lost($before, $after), 0, "$what: no row that was there was written anew") if $before;
        my $done = has_ledger($t) ? $t->target_value("SELECT count(*) FROM pgconverge.chunk WHERE done") : 0;
        cmp_ok($done, '>=', $done_before, "$what: finished chunks stay finished ($done)");
        ($before, $done_before) = ($after, $done);
    }
    my $last = $t->migrate(@arguments);
    $t->exits($last, 0, "round $round: the last run");
    $t->says($last, "round $round: it is verified", qr/^VERDICT: DONE, VERIFIED$/m);
    is($t->versions_lost($before, $t->row_versions), 0, "round $round: the last run wrote no finished row anew") if $before;
    $t->same("round $round: every value is equal");
    is($t->target_value("SELECT count(*) FROM pgconverge.chunk WHERE NOT done"), 0, "round $round: every chunk is done");
    is($t->target_value('SELECT bool_and(t.rows_counted = c.n)::text FROM pgconverge."table" t, LATERAL (SELECT sum(rows_copied) n FROM pgconverge.chunk WHERE table_number = t.number) c'),
        'true', "round $round: the ledger's chunks add up to the rows counted in the source");
    is($t->target_value("SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND convalidated AND connamespace = 'public'::regnamespace"), 3, "round $round: every foreign key stands");
    is($t->target_value("SELECT count(*) FROM pg_index WHERE indrelid = 'by_int'::regclass"), 2, "round $round: every index stands once");
    is($t->target_value('INSERT INTO by_int (v) VALUES (1) RETURNING id'), 30001, "round $round: the sequence goes on");
}
cmp_ok($total, '>=', $wanted, "killed $total times, seed $seed");
ok($kills{$_}, "killed at $_: " . ($kills{$_} // 0) . ' times') for 'random', @points;
$t->done;
done_testing();

sub has_ledger { return $_[0]->target_value("SELECT to_regclass('pgconverge.chunk') IS NOT NULL") eq 't' }
