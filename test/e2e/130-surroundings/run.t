#!/usr/bin/perl
# What the world around the program does to it: nobody reads its output, no folder for the report, no
# home, rights that are taken away and a full disk in the middle. The exit code and the words stay true.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use PgcTest;
use Test::More;
use Time::HiRes qw(sleep time);

my $t = PgcTest->new(flavor => 'mysql');
$t->source_file(PgcTest::fixtures() . '/chunks.sql');

# ---- output that cannot be written: the run is finished all the same, and says so
for (['nobody', 'a pipe that nobody reads'], ['/dev/full', 'a full disk']) {
    my ($stdout, $what) = @$_;
    my $run = $t->migrate({ stdout => $stdout });
    $t->exits($run, 2, "stdout is $what");
    $t->says($run, "stdout is $what: told", 'PGC-1007', qr/the run is finished: DONE/);
    unlike($run->{err}, qr/not finished/i, "stdout is $what: it is not called unfinished");
    is($t->report->{verdict}{exit_code}, 0, "stdout is $what: the report says how the run ended");
    $t->same("stdout is $what: every value is equal");
    $t->exits($t->migrate, 0, "stdout is $what: the same command says that it is done");
    $t->exits($t->run({ stdout => $stdout }, 'plan', '--source', $t->source_uri), 2, "plan: stdout is $what");
    $t->exits($t->run({ stdout => $stdout }, 'help'), [0, 2], "help: stdout is $what");
    $t->new_target;
}

# ---- a report folder that cannot be: told before hours of work, not after
my $run = $t->run('migrate', '--source', $t->source_uri, '--target', $t->target_uri, '--report-dir', '/dev/null/report');
$t->exits($run, 2, 'a report folder that cannot be made');
$t->says($run, 'a report folder that cannot be made: told', 'PGC-1007', qr{/dev/null/report|/dev/null});
is($t->target_value("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"), 0, 'before anything was done');
$run = $t->migrate({ env => { HOME => '' } });
$t->exits($run, 0, 'with another folder, and without a home');
$t->new_target;

# ---- rights that are taken away in the middle
$run = $t->start_migrate('--chunk-rows', 200, '--jobs', 2);
ok($t->wait_for_chunks(5), 'it copies, and then its rights are gone');
$t->target_admin("REVOKE CREATE ON DATABASE \"$t->{target}\" FROM \"$t->{user}\"");
$t->target('ALTER TABLE child OWNER TO postgres');
$run->wait;
$t->exits($run, 5, 'the table belongs to somebody else now');
$t->says($run, 'the table belongs to somebody else now: told', 'PGC-3003', qr/\bchild\b/, qr/OWNER TO/, qr/continue/i);
$t->target("ALTER TABLE child OWNER TO \"$t->{user}\"");
# the comparison of the structure builds the tables once more, in a schema that is taken back
$t->target_admin("GRANT CREATE ON DATABASE \"$t->{target}\" TO \"$t->{user}\"");
$t->exits($t->migrate('--chunk-rows', 200, '--jobs', 2), 0, 'given back: the same command');
$t->same('given back: every value is equal');
$t->new_target;
my $who = "'$t->{user}'\@'%'";
$run = $t->start_migrate('--chunk-rows', 200, '--jobs', 2);
ok($t->wait_for_chunks(5), 'it copies, and then its rights on the source are gone');
$t->source_admin("REVOKE SELECT ON `$t->{db}`.* FROM $who");
$run->wait;
$t->exits($run, [0, 4], 'the source gives no more rows');
$t->says($run, 'the source gives no more rows: told', qr/PGC-200[24]/, qr/GRANT/) if $run->{exit};
$t->source_admin("GRANT SELECT ON `$t->{db}`.* TO $who");
$t->exits($t->migrate('--chunk-rows', 200, '--jobs', 2), [0, 3, 8], 'rights on the source are back: the same command');
$t->done;
done_testing();
