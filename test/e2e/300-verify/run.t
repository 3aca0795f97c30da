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
    $t->done;
}
done_testing();
