#!/usr/bin/perl
# Connections that are lost, on either side, in every way: retried inside, and nothing is lost or
# twice. A reply to COMMIT that never comes is no reason to copy again, nor to think that it is done.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use File::Temp ();
use PgcTest;
use Proxy;
use Test::More;
use Time::HiRes qw(sleep time);

my @chunks = ('--chunk-rows', 500, '--jobs', 2);
for my $flavor (PgcTest::flavors()) {
    my $t = PgcTest->new(flavor => $flavor);
    $t->source_file(PgcTest::fixtures() . '/chunks.sql');
    # MariaDB writes statistics ten seconds after the rows: a reader that joins anew cannot tell by whom
    sleep 12 if $flavor eq 'mariadb';
    my $good = sub {
        my ($run, $what) = @_;
        $t->exits($run, 0, "$flavor: $what");
        $t->same("$flavor: $what: every value is equal");
        is($t->target_value('SELECT count(*) FROM child'), 11000, "$flavor: $what: no row twice");
        return;
    };

    if ($flavor eq 'mysql') {
        target_proxies($t, $good);
        ended_sessions($t, $good);
        waiting($t);
    }
    source_proxies($t, $good);
    killed_queries($t, $good);
    $t->done;
}
done_testing();

# ---------------------------------------------------------------------------------------------------

sub through {
    my ($t, %uris) = @_;
    return ('migrate', '--source', $uris{source} // $t->source_uri, '--target', $uris{target} // $t->target_uri, '--report-dir', $t->report_dir, @chunks);
}

# Between the program and PostgreSQL, without TLS, so that the proxy can read along.
sub target_proxies {
    my ($t, $good) = @_;
    for (['a reply to COMMIT in seven lost', Proxy::commit_replies(7), 8], ['a piece of data in 250 lost', Proxy::every(250), 3]) {
        my ($what, $lose, $at_least) = @$_;
        my $proxy = Proxy->new(to => '127.0.0.1:' . PgcTest::lab('POSTGRES_PORT'), lose => $lose);
        my $run = $t->run(through($t, target => $t->target_uri(port => $proxy->port, query => 'sslmode=disable')));
        $proxy->stop;
        cmp_ok($proxy->lost, '>=', $at_least, "target: $what: " . $proxy->lost . ' times');
        $good->($run, "target: $what");
        $t->says($run, "target: $what: it is told", qr/trying again|going on/);
        $t->new_target;
    }
    return;
}

# Between the program and the source: in the middle of results.
sub source_proxies {
    my ($t, $good) = @_;
    my $proxy = Proxy->new(to => '127.0.0.1:' . PgcTest::lab("$t->{prefix}_PORT"), lose => Proxy::every(300, of_server => 1));
    my $run = $t->run(through($t, source => $t->source_uri(tcp => 1, port => $proxy->port)));
    $proxy->stop;
    cmp_ok($proxy->lost, '>=', 2, "$t->{flavor}: source: connections lost " . $proxy->lost . ' times');
    $good->($run, 'source: connections lost');
    $t->new_target;
    return;
}

# An administrator ends sessions: workers, the one that holds the lock, all of them.
sub ended_sessions {
    my ($t, $good) = @_;
    for (['a worker', q(application_name LIKE '%worker%')], ['the holder of the lock', q(application_name LIKE '%ledger%')], ['every session', 'true']) {
        my ($who, $condition) = @$_;
        my $run = $t->start_migrate('--chunk-rows', 200, '--jobs', 2);
        my $ended = 0;
        for my $chunks (5, 60, 120) {
            $t->wait_for_chunks($chunks);
            $ended += $t->target_value("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND usename = '$t->{user}' AND $condition");
        }
        $run->wait;
        cmp_ok($ended, '>', 0, "$who was ended: $ended sessions");
        $good->($run, "$who was ended");
        $t->says($run, "$who was ended: it is told", qr/trying again|going on/);
        $t->new_target;
    }
    return;
}

sub killed_queries {
    my ($t, $good) = @_;
    my $run = $t->start_migrate('--chunk-rows', 200, '--jobs', 2);
    my $killed = 0;
    for my $chunks (3, 60, 120) {
        $t->wait_for_chunks($chunks);
        for (@{ $t->source("SELECT id FROM information_schema.processlist WHERE user = '$t->{user}'") }) {
            $killed += eval { $t->source_admin("KILL $_->[0]"); 1 } // 0;
        }
    }
    $run->wait;
    cmp_ok($killed, '>', 0, "$t->{flavor}: sessions of the source were killed: $killed");
    $good->($run, 'sessions of the source were killed');
    $t->new_target;
    return;
}

# The target stays away: it waits, says so, can be stopped, and gives up in the end with exit 7.
sub waiting {
    my ($t) = @_;
    for (['TERM', 143, 60], ['gives up', 7, 3]) {
        my ($how, $exit, $retry_s) = @$_;
        my $proxy = Proxy->new(to => '127.0.0.1:' . PgcTest::lab('POSTGRES_PORT'), lose => sub {''});
        my $port = $proxy->port;
        my @arguments = (through($t, target => $t->target_uri(port => $port, query => 'sslmode=disable')), '--retry-for', "${retry_s}s");
        my $run = $t->start(@arguments);
        ok($t->wait_for_chunks(5), "the target stays away, $how: it copies");
        $proxy->stop;
        ok(PgcTest::wait_for(10, sub { $run->err =~ /trying again/ }), "the target stays away, $how: it says that it tries again");
        my $sent = time;
        $run->kill('TERM') if $how eq 'TERM';
        $run->wait;
        $t->exits($run, $exit, "the target stays away, $how");
        cmp_ok(time - $sent, '<', 10, "the target stays away, $how: in time");
        $t->says($run, "the target stays away, $how: how to continue", qr/continue/i, qr/pgconverge migrate/);
        ok($t->wait_for_quiet_target(30), "the target stays away, $how: its sessions end");
        # it is back, on the same port: the same command
        $proxy = Proxy->new(to => '127.0.0.1:' . PgcTest::lab('POSTGRES_PORT'), port => $port, lose => sub {''});
        $t->exits($t->run(@arguments), 0, "the target is back after $how: the same command");
        $proxy->stop;
        $t->same("the target is back after $how: every value is equal");
        $t->new_target;
    }
    return;
}
