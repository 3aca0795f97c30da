#!/usr/bin/perl
# Source servers as they are found: GTIDs off, binary log off, another time zone, MariaDB with and
# without binary log. The lab's servers are restarted for it, so this test runs alone.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use PgcTest;
use Test::More;
use Time::HiRes qw(sleep time);

my %restarted;
END { PgcTest::lab_restart($_) for keys %restarted }

my @variants = (
    ['mysql',   'GTIDs off',        '--gtid-mode=OFF', '--enforce-gtid-consistency=OFF'],
    ['mysql',   'binary log off',   '--gtid-mode=OFF', '--enforce-gtid-consistency=OFF', '--skip-log-bin'],
    ['mysql',   'Amsterdam',        '--default-time-zone=Europe/Amsterdam'],
    ['mysql',   'small packets',    '--max-allowed-packet=1M'],
    ['mysql',   'odd sql_mode',     '--sql-mode=ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT,PAD_CHAR_TO_FULL_LENGTH,HIGH_NOT_PRECEDENCE,IGNORE_SPACE'],
    ['mysql',   'init_connect',     '--init-connect=SET time_zone=\'+05:30\', sql_mode=\'ANSI_QUOTES\', sql_select_limit=5'],
    ['mariadb', 'binary log off',   '--skip-log-bin'],
    ['mariadb', 'Amsterdam',        '--default-time-zone=Europe/Amsterdam'],
    ['mariadb', 'odd sql_mode',     '--sql-mode=ORACLE,EMPTY_STRING_IS_NULL,PAD_CHAR_TO_FULL_LENGTH,NO_BACKSLASH_ESCAPES'],
    ['mariadb', 'init_connect',     '--init-connect=SET time_zone=\'+05:30\', sql_select_limit=5'],
);

for (@variants) {
    my ($flavor, $what, @options) = @$_;
    my $t = PgcTest->new(flavor => $flavor);    # before the restart: it holds the server's lock
    $restarted{$flavor} = 1;
    PgcTest::lab_restart($flavor, @options);
    my $name = "$flavor, $what";

    load($t);
    my $loaded = time;
    my $run = $t->migrate('--chunk-rows', 40);
    $t->exits($run, 0, $name);
    $t->same("$name: every value is equal");
    is($t->target_value(q(SELECT string_agg(to_char(at AT TIME ZONE 'UTC', 'DD HH24:MI:SS.MS'), ', ' ORDER BY id) FROM moments WHERE id < 5)),
        '27 00:30:00.000, 27 01:30:00.125, 31 00:59:59.999, 31 01:00:00.000', "$name: instants around the change of clocks");
    is($t->target_value(q(SELECT string_agg(to_char(wall, 'DD HH24:MI'), ', ' ORDER BY id) FROM moments WHERE id < 5)),
        '27 02:30, 27 02:30, 31 02:30, 31 03:00', "$name: wall clocks stay as written");
    is($t->target_value(q(SELECT octet_length(c) FROM moments WHERE id = 1)), 1, "$name: CHAR is not padded");

    # killed and continued, and a write noticed
    $t->new_target;
    # MariaDB writes statistics of a table ten seconds after its rows, in a transaction that nothing
    # tells from another's: a run of another process could not prove then that the source stood still
    my $settled_in = $loaded + 12 - time;
    sleep $settled_in if $flavor eq 'mariadb' && $settled_in > 0;
    my $killed = $t->start_migrate('--chunk-rows', 10, '--jobs', 1);
    $t->wait_for_chunks(3);
    $killed->kill('KILL');
    $killed->wait;
    $t->wait_for_quiet_target;
    $t->exits($t->migrate('--chunk-rows', 10, '--jobs', 1), 0, "$name: continued after a kill");
    $t->same("$name: every value is equal after a kill");

    $t->new_target;
    my $moved = $t->start_migrate('--chunk-rows', 10, '--jobs', 1);
    $t->wait_for_chunks(3);
    $t->source("INSERT INTO moments (id, wall) VALUES (100000, '2024-01-01 00:00:00')");
    $moved->wait;
    $t->exits($moved, 3, "$name: a write during the copy");
    $t->says($moved, "$name: it is told", qr/SOURCE (?:MOVED|NOT PROVEN STILL)/);
    $t->done;
}
PgcTest::lab_restart($_) for sort keys %restarted;
%restarted = ();
done_testing();

sub load {
    my ($t) = @_;
    $t->source(<<'SQL');
SET time_zone = '+00:00'; SET sql_mode = '';
CREATE TABLE moments (id int PRIMARY KEY, at timestamp(3) NULL, wall datetime NULL, c char(10), note varchar(50), f float, e enum('b','a',''));
INSERT INTO moments VALUES
  (1, '2024-10-27 00:30:00', '2024-10-27 02:30:00', 'x', '', 16777217, 'b'),
  (2, '2024-10-27 01:30:00.125', '2024-10-27 02:30:00', '', 'back\\slash "quoted"', 0.1, ''),
  (3, '2024-03-31 00:59:59.999', '2024-03-31 02:30:00', 'y', NULL, -1.5, 'a'),
  (4, '2024-03-31 01:00:00', '2024-03-31 03:00:00', NULL, ' ', NULL, NULL);
INSERT INTO moments SELECT 10 + a.id * 100 + b.id * 20 + c.id * 4 + d.id, a.at, b.wall, c.c, d.note, a.f, b.e FROM moments a, moments b, moments c, moments d;
CREATE TABLE `child of` (id int PRIMARY KEY, moment int, v bigint unsigned, FOREIGN KEY (moment) REFERENCES moments (id));
INSERT INTO `child of` SELECT id, id, 18446744073709551615 FROM moments;
SQL
    return;
}
