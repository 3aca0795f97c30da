#!/usr/bin/perl
# A source that is written during the run: it is noticed, told, and never called a success; what
# arrives is of one moment all the same.
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
    # two tables between which every transaction moves one coin: their sum is always 10,000
    $t->source(join ';', 'CREATE TABLE purse_a (id int PRIMARY KEY, coins int NOT NULL)', 'CREATE TABLE purse_b LIKE purse_a',
        'INSERT INTO purse_a SELECT id, 5 FROM by_int WHERE id <= 1000', 'INSERT INTO purse_b SELECT id, 5 FROM by_int WHERE id <= 1000');

    my @cases = (
        # what, pause between writes, what the writer does, arguments, exit codes, what is said
        ['a steady writer', 0.3, \&move_coin, [], [3], qr/SOURCE MOVED/],
        ['a steady writer, one reader', 0.3, \&move_coin, ['--jobs', 1], [3], qr/SOURCE MOVED/],
        ['a busy writer, many readers', 0.002, \&move_coin, ['--jobs', 4], [3], qr/(?s)going on with one reader.*SOURCE MOVED/],
        ['a writer past the binary log', 0.3, \&move_unlogged, ['--jobs', 1], [3, 8], qr/SOURCE (?:MOVED|NOT PROVEN STILL)|PGC-8008/],
        ['a rehearsal', 0.3, \&move_coin, ['--jobs', 1, '--allow-moving-source'], [0], qr/^VERDICT: REHEARSAL/m],
    );
    for (@cases) {
        my ($what, $pause, $write, $arguments, $exits, $words) = @$_;
        my $writer = start_writer($t, $pause, $write);
        my $run = $t->migrate('--chunk-rows', 1000, @$arguments);
        stop_writer($writer);
        $t->exits($run, $exits, "$flavor: $what");
        $t->says($run, "$flavor: $what: it is told", $words);
        unlike($run->{out}, qr/^VERDICT: DONE/m, "$flavor: $what: it is not called done") if $run->{exit};
        if ($run->{exit} != 8) {
            is($t->target_value('SELECT (SELECT sum(coins) FROM purse_a) + (SELECT sum(coins) FROM purse_b)'), 10000, "$flavor: $what: all of one moment");
            is($t->target_value('SELECT count(*) FROM by_int'), 30000, "$flavor: $what: all rows");
        }
        $t->new_target;
    }

    # with --lock the snapshots agree at once
    $t->source_admin("GRANT RELOAD ON *.* TO '$t->{user}'\@'%'");
    my $writer = start_writer($t, 0.002, \&move_coin);
    my $locked = $t->migrate('--lock', '--jobs', 4);
    stop_writer($writer);
    $t->exits($locked, 3, "$flavor: a busy writer, with --lock");
    is($t->target_value('SELECT (SELECT sum(coins) FROM purse_a) + (SELECT sum(coins) FROM purse_b)'), 10000, "$flavor: with --lock: all of one moment");

    # an unfinished run can be continued only as long as nothing was written
    $t->new_target;
    my $killed = $t->start_migrate('--chunk-rows', 200);
    ok($t->wait_for_chunks(10), "$flavor: a run to be killed");
    $killed->kill('KILL');
    $killed->wait;
    ok($t->wait_for_quiet_target, "$flavor: it is gone");
    my $before = $t->row_versions;
    $t->source(move_coin());
    my $refused = $t->migrate('--chunk-rows', 200);
    $t->exits($refused, 8, "$flavor: an unfinished run after a write");
    $t->says($refused, "$flavor: it is told", 'PGC-8003', qr/--restart/);
    is($t->versions_lost($before, $t->row_versions), 0, "$flavor: what was there stays");
    $t->exits($t->migrate('--chunk-rows', 200, '--restart'), 0, "$flavor: --restart");
    $t->same("$flavor: every value is equal");

    # a definition that changes meanwhile
    $t->new_target;
    my $changing = $t->start_migrate('--chunk-rows', 100, '--jobs', 1);
    ok($t->wait_for_chunks(5), "$flavor: a run during which a table is changed");
    $t->source('ALTER TABLE purse_b ADD COLUMN later int');
    $changing->wait;
    # 7: the ALTER waits for the snapshot, and a reader behind the ALTER; somebody has to give way
    $t->exits($changing, [3, 7, 8], "$flavor: a table changed meanwhile");
    $t->says($changing, "$flavor: it is told", $changing->{exit} == 7 ? qr/an ALTER TABLE on the source waits/ : qr/PGC-2009|SOURCE MOVED/);
    cmp_ok($changing->{seconds}, '<', 60, "$flavor: neither waits for the other for long");
    $t->done;
}
done_testing();

sub move_coin {
    my ($from, $to) = int rand 2 ? qw(purse_a purse_b) : qw(purse_b purse_a);
    my ($i, $j) = (1 + int rand 1000, 1 + int rand 1000);
    return "START TRANSACTION; UPDATE $from SET coins = coins - 1 WHERE id = $i; UPDATE $to SET coins = coins + 1 WHERE id = $j; COMMIT";
}
sub move_unlogged {
    return 'SET sql_log_bin = 0; START TRANSACTION; UPDATE purse_a SET coins = coins - 1 WHERE id = 1; UPDATE purse_b SET coins = coins + 1 WHERE id = 2; COMMIT';
}

# A process that writes until it is told to stop; it has written once when this returns.
sub start_writer {
    my ($t, $pause, $write) = @_;
    $t->source($write->());
    my @client = ($t->source_client, qw(--batch --unbuffered), $t->{db});
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        open my $client, q(|-), @client or POSIX::_exit(1);
        $client->autoflush(1);
        $SIG{TERM} = sub { close $client; POSIX::_exit(0) };
        while (1) {
            print {$client} $write->(), ";\n" or POSIX::_exit(1);
            sleep $pause;
        }
    }
    return $pid;
}
sub stop_writer {
    my ($pid) = @_;
    kill 'TERM', $pid;
    waitpid $pid, 0;
    $? == 0 or die 'the writer did not write to the end';
    return;
}
