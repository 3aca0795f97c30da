#!/usr/bin/perl
# A password with every awkward character: never seen in argv, messages, logs, reports, the ledger or
# the servers' views, whichever way it was given and however the run ends. Nor are rows, in messages.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use PgcTest;
use Test::More;
use MIME::Base64;
use Time::HiRes qw(sleep time);

my $canary = q(p@ss:/?#%'"\ x);
my $canary_pattern = do {
    my $hex = unpack 'H*', $canary;
    my @forms = ($canary, PgcTest::escape_uri($canary), $hex, uc $hex, encode_base64($canary, ''), $canary =~ s/(['\\])/\\$1/gr, $canary =~ s/'/''/gr, $canary =~ s/(["\\])/\\$1/gr);
    my $any = join '|', map {quotemeta} @forms;
    qr/$any/;
};

for my $flavor (PgcTest::flavors()) {
    my $t = PgcTest->new(flavor => $flavor, password => $canary);
    $t->source_file(PgcTest::fixtures() . '/chunks.sql');
    my $secret = $t->file('secret', "$canary\n");
    chmod 0600, $secret;
    my ($bare_source, $bare_target) = ($t->source_uri(password => undef), $t->target_uri(password => undef));
    $t->file('secrets.yaml', "version: 1\ndatabases:\n  - name: app\n    source: \"$bare_source\"\n    target: \"$bare_target\"\n"
            . "    source_password_file: $secret\n    target_password_file: $secret\n");
    $t->file('uris.yaml', "version: 1\ndatabases:\n  - name: app\n    source: \"@{[$t->source_uri]}\"\n    target: \"@{[$t->target_uri]}\"\n");
    $t->file('my.cnf', "[client]\npassword=\"p\@ss:/?#%'\\\"\\\\ x\"\n");
    chmod 0600, "$t->{dir}/$_" for qw(my.cnf uris.yaml);
    $t->file('pgpass', "*:*:*:*:" . ($canary =~ s/([\\:])/\\$1/gr) . "\n");
    chmod 0600, "$t->{dir}/pgpass";

    my @ways = (
        ['in URIs on the command line', {}, '--source', $t->source_uri, '--target', $t->target_uri],
        ['in files named on the command line', {}, '--source', $bare_source, '--target', $bare_target, '--source-password-file', $secret, '--target-password-file', $secret],
        ['in files named in the configuration', {}, '-c', 'secrets.yaml'],
        ['in URIs of the configuration', {}, '-c', 'uris.yaml'],
        ['in the environment', { PGCONVERGE_SOURCE => $t->source_uri, PGCONVERGE_TARGET => $t->target_uri }],
        ['in files named in the environment', { PGCONVERGE_SOURCE => $bare_source, PGCONVERGE_TARGET => $bare_target, PGCONVERGE_SOURCE_PASSWORD_FILE => $secret, PGCONVERGE_TARGET_PASSWORD_FILE => $secret }],
        ['in .pgpass and .my.cnf', { PGPASSFILE => "$t->{dir}/pgpass" }, '--source', $bare_source, '--target', $bare_target, '--my-cnf', "$t->{dir}/my.cnf"],
    );
    for (@ways) {
        my ($how, $env, @arguments) = @$_;
        my $log = "$t->{dir}/the.log";
        my $run = $t->start({ env => $env }, 'migrate', @arguments, '--report-dir', $t->report_dir, '--log-file', $log, '--chunk-rows', 500);
        my $seen = watch($t, $run);
        $t->exits($run, 0, "$flavor: password $how");
        is($seen->{argv}, 0, "$flavor: $how: not in argv") if $how !~ /command line/ || $how =~ /files/;
        is($seen->{argv_late}, 0, "$flavor: $how: not in argv once it connects");
        cmp_ok($seen->{looks}, '>', 3, "$flavor: $how: was looked at");
        is($seen->{activity}, 0, "$flavor: $how: not in pg_stat_activity nor in the source's processlist");
        unlike($run->{out} . $run->{err}, $canary_pattern, "$flavor: $how: not in the output");
        is_deeply([$t->files_with($canary_pattern, $t->report_dir, $log)], [], "$flavor: $how: not in report and log");
        unlike(ledger_dump($t), $canary_pattern, "$flavor: $how: not in the ledger");
        like($run->{err}, qr/password|argv|command line/i, "$flavor: $how: a warning about argv") if $how eq 'in URIs on the command line';
        $t->new_target;
        # the target of the files is another now
        $bare_target = $t->target_uri(password => undef);
        last if !refresh($t, \@ways);
    }

    # errors
    for (['the wrong user', $t->source_uri(user => 'nobody'), $t->target_uri], ['the wrong target user', $t->source_uri, $t->target_uri(user => 'nobody')],
        ['a closed source port', $t->source_uri(port => 1), $t->target_uri], ['a closed target port', $t->source_uri, $t->target_uri(port => 1)],
        ['a broken source URI', "mysql://me:" . PgcTest::escape_uri($canary) . '@:x/y', $t->target_uri], ['a broken target URI', $t->source_uri, "postgresql://me:" . PgcTest::escape_uri($canary) . '@[/x'],
        ['a broken target conninfo', $t->source_uri, "host=x password='" . ($canary =~ s/(['\\])/\\$1/gr) . "' nonsense=1"],
        ['an unescaped source URI', "mysql://me:$canary\@127.0.0.1/db", $t->target_uri]) {
        my ($what, $source, $target) = @$_;
        for my $format (qw(text json)) {
            my $run = $t->run('migrate', '--source', $source, '--target', $target, '--retry-for', '0s', '--format', $format, '--log-format', $format);
            isnt($run->{exit}, 0, "$flavor: $what is an error");
            unlike($run->{out} . $run->{err}, $canary_pattern, "$flavor: $what: the password is not told, $format");
        }
    }

    # values of rows are masked unless they are asked for
    $t->source("SET sql_mode = ''; CREATE TABLE bad (id int PRIMARY KEY, d text); INSERT INTO bad VALUES (4711, concat('the private words', x'00', 'more of them'));");
    for (['masked', []], ['shown', ['--show-values']]) {
        my ($how, $arguments) = @$_;
        my $run = $t->migrate('--tables', 'bad', @$arguments);
        $t->exits($run, 6, "$flavor: a bad value, $how");
        my $all = $run->{out} . $run->{err} . join '', map { PgcTest::slurp($_) } $t->files_with(qr/./, $t->report_dir);
        $how eq 'masked' ? unlike($all, qr/private words/, "$flavor: the value is masked") : ok(1);
        $t->new_target;
    }
    $t->done;
}
done_testing();

# The ways that name the target's database, for the new one.
sub refresh {
    my ($t, $ways) = @_;
    my $old = $t->{db} . 't' . ($t->{targets} - 1);
    for my $way (@$ways) {
        s/\b$old\b/$t->{target}/ for values %{ $way->[1] }, @$way[2 .. $#$way];
    }
    for my $file (qw(secrets.yaml uris.yaml)) {
        $t->file($file, PgcTest::slurp("$t->{dir}/$file") =~ s/\b$old\b/$t->{target}/r);
        chmod 0600, "$t->{dir}/$file";
    }
    return 1;
}

# Looks at the process and at the servers while it runs.
sub watch {
    my ($t, $run) = @_;
    my %seen = (argv => 0, argv_late => 0, activity => 0, looks => 0);
    my $began = time;
    while ($run->is_running && time - $began < 60) {
        my $argv = eval { PgcTest::slurp("/proc/$run->{pid}/cmdline") } // '';
        $argv =~ tr/\0/ /;
        my $connected = $seen{connected} //= $t->target_value("SELECT 1 FROM pg_stat_activity WHERE datname = '$t->{target}' AND usename = '$t->{user}'");
        $seen{argv}++ if $argv =~ $canary_pattern;
        $seen{argv_late}++ if $connected && $argv =~ $canary_pattern;
        my $activity = join ' ', map { @$_ } @{ $t->target("SELECT application_name, query FROM pg_stat_activity WHERE pid <> pg_backend_pid()") },
            @{ $t->source("SELECT coalesce(info, '') FROM information_schema.processlist WHERE id <> connection_id()") };
        $seen{activity}++ if $activity =~ $canary_pattern;
        $seen{looks}++;
        sleep 0.01;
    }
    $run->wait;
    return \%seen;
}

sub ledger_dump {
    my ($t) = @_;
    return join "\n", map { my $table = $_->[0]; map { @$_ } @{ $t->target("SELECT x::text FROM pgconverge.\"$table\" x") } }
        @{ $t->target("SELECT tablename FROM pg_tables WHERE schemaname = 'pgconverge'") };
}
