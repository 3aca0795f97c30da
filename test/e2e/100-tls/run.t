#!/usr/bin/perl
# TLS to both sides: verified, or refused before a password is sent. MariaDB and MySQL are restarted
# without TLS and with a certificate for another name.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use PgcTest;
use Test::More;

my %restarted;
END { PgcTest::lab_restart($_) for keys %restarted }

my $ca    = PgcTest::escape_uri(PgcTest::lab('CA'));
my $other = PgcTest::escape_uri(PgcTest::lab('OTHER_CA'));
my $tls   = PgcTest::lab('DIR') . '/tls';

for my $flavor (PgcTest::flavors()) {
    my $t = PgcTest->new(flavor => $flavor);
    $t->source("CREATE TABLE good (id int PRIMARY KEY, v varchar(10)); INSERT INTO good VALUES (1, 'one'), (2, NULL);");
    my $try = sub {
        my ($what, $exit, $query, %arg) = @_;
        my $run = $t->run({ timeout => 60 }, 'migrate', '--source', $t->source_uri(tcp => 1, query => $query), '--target', $t->target_uri(%arg), '--retry-for', '0s',
            '--report-dir', $t->report_dir);
        $t->exits($run, $exit, "$flavor: $what");
        if (grep { $run->{exit} == $_ } 0, 3) {
            $t->same("$flavor: $what: every value is equal");
            $t->new_target;
        }
        return $run;
    };
    my $refused = sub { my ($what, $query) = @_; $t->says($try->($what, 4, $query), "$flavor: $what: told", 'PGC-2003') };

    $try->('VERIFY_IDENTITY with the CA', 0, "ssl-mode=VERIFY_IDENTITY&ssl-ca=$ca");
    $try->('VERIFY_CA with the CA',       0, "ssl-mode=VERIFY_CA&ssl-ca=$ca");
    $try->('REQUIRED',                    0, 'ssl-mode=REQUIRED');
    $try->('PREFERRED',                   0, 'ssl-mode=PREFERRED');
    $try->('nothing said, on loopback',   0, '');
    $refused->('VERIFY_IDENTITY with another CA', "ssl-mode=VERIFY_IDENTITY&ssl-ca=$other");
    $refused->('VERIFY_CA with another CA',       "ssl-mode=VERIFY_CA&ssl-ca=$other");
    for (['a CA file that is not there', 'ssl-mode=VERIFY_CA&ssl-ca=/nowhere/ca.pem'], ['VERIFY_CA without a CA', 'ssl-mode=VERIFY_CA'], ['an unknown mode', 'ssl-mode=MAYBE']) {
        $try->($_->[0], [2, 4], $_->[1]);
    }

    # an account that insists on TLS, and one whose password is new: never sent in the clear unasked
    $t->source_admin("ALTER USER '$t->{user}'\@'%' REQUIRE SSL");
    $try->('an account that requires TLS, without TLS', 4, 'ssl-mode=DISABLED');
    $try->('an account that requires TLS, with TLS', 0, "ssl-mode=VERIFY_CA&ssl-ca=$ca");
    $t->source_admin("ALTER USER '$t->{user}'\@'%' REQUIRE NONE");

    # the target: libpq's own rules
    $try->('target: verify-full',              0, '', query => "sslmode=verify-full&sslrootcert=$ca");
    $try->('target: require',                  0, '', query => 'sslmode=require');
    my $run = $try->('target: verify-full with another CA', [5, 7], '', query => "sslmode=verify-full&sslrootcert=$other");
    $t->says($run, "$flavor: target: told", 'PGC-3010', qr/certificate/i);

    # a certificate for another name
    $restarted{$flavor} = 1;
    PgcTest::lab_restart($flavor, "--ssl-cert=$tls/wrong-name.pem", "--ssl-key=$tls/wrong-name-key.pem");
    $refused->('VERIFY_IDENTITY, a certificate for another name', "ssl-mode=VERIFY_IDENTITY&ssl-ca=$ca");
    # 3: a server that has just begun is busy with itself, and proves nothing for a while
    $try->('VERIFY_CA, a certificate for another name', [0, 3], "ssl-mode=VERIFY_CA&ssl-ca=$ca");

    # no TLS at all: what asks for it is refused, not silently without
    PgcTest::lab_restart($flavor, $flavor eq 'mysql' ? '--tls-version=' : '--skip-ssl');
    $refused->("$_, and the server has no TLS", "ssl-mode=$_" . (/VERIFY/ ? "&ssl-ca=$ca" : '')) for qw(REQUIRED VERIFY_CA VERIFY_IDENTITY);
    $t->done;
    PgcTest::lab_restart($flavor);
    delete $restarted{$flavor};
}
done_testing();
