#!/usr/bin/perl
# A run is owned by one process; a finished one is done; what somebody else wrote is not destroyed.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use PgcTest;
use Test::More;
use Time::HiRes qw(sleep time);

my $t = PgcTest->new(flavor => 'mysql');
$t->source_file(PgcTest::fixtures() . '/chunks.sql');

# ---- a second one while the first is at work (it is stopped, so that it is for certain)
my $first = $t->start_migrate('--chunk-rows', 200);
ok($t->wait_for_chunks(5), 'the first has begun');
$first->kill('STOP');
my $second = $t->run({ timeout => 60 }, $t->migrate_arguments('--chunk-rows', 200, '--report-dir', 'second'));
$t->exits($second, 8, 'a second run');
$t->says($second, 'it names the owner', 'PGC-8001', qr/\b$first->{pid}\b/);
my $restart = $t->run({ timeout => 60 }, $t->migrate_arguments('--restart', '--report-dir', 'second'));
$t->exits($restart, 8, 'a second run with --restart');
my $status = $t->run('status', '--target', $t->target_uri);
$t->exits($status, 8, 'status says that the owner is at work');
my $before = $t->row_versions;
$first->kill('CONT');
$first->wait;
$t->exits($first, 0, 'the first ends well');
is($t->versions_lost($before, $t->row_versions), 0, 'its rows were left alone');
$t->same('every value is equal');

# ---- a finished run
$before = $t->row_versions;
my $ledger = ledger_versions();
my $again = $t->migrate('--chunk-rows', 200);
$t->exits($again, 0, 'a finished run again');
$t->says($again, 'it says that it is done', qr/done/i, qr/nothing was touched/i);
is($t->versions_lost($before, $t->row_versions), 0, 'it touched no row');
is(ledger_versions(), $ledger, 'nor the ledger');
$status = $t->run('status', '--target', $t->target_uri);
$t->exits($status, 0, 'status says that it is finished');
# neither with other options
$t->exits($t->migrate('--jobs', 1), 0, 'a finished run again, with other jobs');
is($t->versions_lost($before, $t->row_versions), 0, 'it touched no row');

# ---- --restart, and what somebody else wrote
$t->exits($t->migrate('--restart'), 0, '--restart of a run that nobody touched');
$t->same('every value is equal after --restart');
for my $case (
    ['an update',  'UPDATE by_int SET v = \'mine\' WHERE id = 5'],
    ['an insert',  "INSERT INTO by_uuid VALUES ('mine', 1)"],
    ['a delete',   'DELETE FROM child WHERE id = 7'],
    ) {
    my ($what, $sql) = @$case;
    $t->target($sql);
    $before = $t->row_versions;
    my $refused = $t->migrate('--restart');
    $t->exits($refused, 8, "--restart after $what by somebody else");
    $t->says($refused, "it is told, after $what", 'PGC-8004', qr/by_int|by_uuid|child/, qr/--overwrite-target/);
    is($t->versions_lost($before, $t->row_versions), 0, "no row was touched after $what");
    my $discard = $t->run('discard', '--target', $t->target_uri, '--yes');
    $t->exits($discard, 8, "discard after $what");
    is($t->versions_lost($before, $t->row_versions), 0, "nor by discard after $what");
    $t->exits($t->migrate('--restart', '--overwrite-target'), 0, "--overwrite-target after $what");
    $t->same("every value is equal, $what is gone");
}

# ---- discard
$t->target_as_loader("CREATE TABLE mine (a int); INSERT INTO mine VALUES (1)");
my $asked = $t->run('discard', '--target', $t->target_uri);
$t->exits($asked, 2, 'discard without a terminal wants --yes');
$t->exits($t->run('discard', '--target', $t->target_uri, '--yes'), 0, 'discard');
is($t->target_value("SELECT string_agg(tablename, ' ') FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"), 'mine', 'what the run made is gone, and nothing else');
is($t->target_value("SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace"), 0, 'its functions too');
$t->exits($t->run('discard', '--target', $t->target_uri, '--yes'), 8, 'nothing to discard');

# ---- kill -9 while an index is made: the next one takes over at once, and ends the old session
$t->new_target;
my $killed = $t->start_migrate('--chunk-rows', 1000);
ok($t->wait_for_chunks(1), 'one that will be killed');
my $taker;
$t->target_while('BEGIN; LOCK TABLE by_int IN ROW EXCLUSIVE MODE', sub {    # COPY may, an index may not
    my $waiting = PgcTest::wait_for(60, sub {
        $t->target_value("SELECT max(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND usename = '$t->{user}' AND datname = current_database()");
    });
    ok($waiting, 'it makes an index');
    $killed->kill('KILL');
    $killed->wait;
    my $since = time;
    $taker = $t->start_migrate('--chunk-rows', 1000);
    ok(PgcTest::wait_for(15, sub { $t->target_value("SELECT owner LIKE '%pid $taker->{pid} %' FROM pgconverge.run") eq 't' }), 'killed while it makes an index: taken over in time');
    ok(PgcTest::wait_for(15, sub { $t->target_value("SELECT count(*) FROM pg_stat_activity WHERE pid = $waiting") eq '0' }), 'and the old session is gone');
    note(sprintf 'taken over after %.1f s', time - $since);
});
$taker->wait;
$t->exits($taker, 0, 'the one that took over');
$t->same('taken over: every value is equal');

# ---- twenty at once: one does it, none spoils it
$t->new_target;
my @runs = map { $t->start({ timeout => 200 }, $t->migrate_arguments('--report-dir', "at-once-$_")) } 1 .. 20;
$_->wait for @runs;
my %exits;
$exits{ $_->{exit} }++ for @runs;
ok(!grep({ !/^[08]$/ } keys %exits), 'twenty at once: each ends with 0 or 8') or diag(map { "$_->{exit}: $_->{err}\n" } @runs);
cmp_ok($exits{0} // 0, '>=', 1, 'twenty at once: one did it');
is(scalar(grep { $_->{exit} == 0 && $_->{out} !~ /was done already/ } @runs), 1, 'twenty at once: only one');
$t->same('twenty at once: every value is equal');
is($t->target_value('SELECT count(*) FROM by_int'), 30000, 'twenty at once: no row twice');

# ---- a finished run is finished, whatever became of its source
$t->source("INSERT INTO by_int (v) VALUES ('later')");
my $changed = $t->migrate;
$t->exits($changed, 0, 'a finished run whose source was written since');
$t->says($changed, 'it says when it was done', qr/was done already/);
$t->source('DROP TABLE child');
$changed = $t->migrate;
$t->exits($changed, [0, 8], 'a finished run whose source is defined otherwise now');
is($t->target_value('SELECT count(*) FROM child'), 11000, 'and nothing was touched');
$t->done;
done_testing();

sub ledger_versions {
    my $tables = $t->target("SELECT tablename FROM pg_tables WHERE schemaname = 'pgconverge' ORDER BY 1");
    return join ';', map { $t->target_value("SELECT '$_->[0] ' || coalesce(md5(string_agg(xmin || ctid::text || x::text, ',' ORDER BY ctid)), '') FROM pgconverge.\"$_->[0]\" x") } @$tables;
}
