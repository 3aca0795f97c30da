#!/usr/bin/perl
# What is wrong is refused: with its id, its exit code, the place, and what to do; the source and
# what stood in the target are left alone.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use PgcTest;
use Test::More;

for my $flavor (PgcTest::flavors()) {
    my $t = PgcTest->new(flavor => $flavor);
    $t->source("CREATE TABLE good (id int PRIMARY KEY, v varchar(10)); INSERT INTO good VALUES (1, 'one'), (2, NULL);\n"
            . "CREATE TRIGGER guard BEFORE INSERT ON good FOR EACH ROW SET NEW.v = upper(NEW.v);");
    connections($t, $flavor);
    privileges($t, $flavor);
    target_state($t, $flavor);
    usage($t) if $flavor eq 'mysql';
    engines($t, $flavor);
    $t->done;
    data($flavor);
}
done_testing();

# ---------------------------------------------------------------------------------------------------

sub connections {
    my ($t, $flavor) = @_;
    my $try = sub { my ($source, $target) = @_; return $t->run({ timeout => 60 }, 'migrate', '--source', $source, '--target', $target, '--retry-for', '0s') };
    my ($source, $target) = ($t->source_uri, $t->target_uri);
    my @cases = (
        ['a wrong source password', $t->source_uri(password => 'not it'), $target, 4, 'PGC-2002'],
        ['an unknown source user',  $t->source_uri(user => 'nobody'),     $target, 4, 'PGC-2002'],
        ['an unknown source host',  $t->source_uri(host => 'no-such-host.invalid'), $target, [4, 7], 'PGC-2001'],
        ['a closed source port',    $t->source_uri(port => 1),            $target, 7, 'PGC-2001'],
        ['an unknown database',     $t->source_uri(db => 'no_such_db'),   $target, 4, qr/PGC-200[245]/],
        ['a wrong target password', $source, $t->target_uri(password => 'not it'), 5, 'PGC-3002'],
        ['an unknown target user',  $source, $t->target_uri(user => 'nobody'),     5, 'PGC-3002'],
        ['an unknown target database', $source, $t->target_uri(db => 'no_such_db'), 5, 'PGC-3002'],
        ['a closed target port',    $source, $t->target_uri(port => 1),            7, 'PGC-3001'],
    );
    for (@cases) {
        my ($what, $from, $to, $exit, $id) = @$_;
        my $run = $try->($from, $to);
        $t->exits($run, $exit, "$flavor: $what");
        $t->says($run, "$flavor: $what has its id", $id);
        unlike($run->{err} . $run->{out}, qr/not it|reader and Loader/, "$flavor: $what is told without a password");
    }
    return;
}

sub privileges {
    my ($t, $flavor) = @_;
    my $who = "'$t->{user}'\@'%'";
    my @rights = (['SELECT', "`$t->{db}`.*"], ['SHOW VIEW', "`$t->{db}`.*"], ['TRIGGER', "`$t->{db}`.*"], ['EVENT', "`$t->{db}`.*"],
        $flavor eq 'mysql' ? ['SHOW_ROUTINE', '*.*'] : ['SELECT', 'mysql.proc']);
    for (@rights) {
        my ($right, $on) = @$_;
        $t->source_admin("REVOKE $right ON $on FROM $who");
        my $run = $t->migrate;
        $t->exits($run, 4, "$flavor: without $right ON $on");
        $t->says($run, "$flavor: without $right, the GRANT is printed", qr/PGC-200[245]/,
            $right eq 'SELECT' && $on =~ /$t->{db}/ ? qr/GRANT/ : qr/GRANT [^\n]*\Q$right\E[^\n]*TO [^\n]*\Q$t->{user}\E/);
        $t->source_admin("GRANT $right ON $on TO $who");
    }
    # rights on a table alone: what else there is cannot be seen
    $t->source_admin("REVOKE SELECT ON `$t->{db}`.* FROM $who; GRANT SELECT ON `$t->{db}`.good TO $who;");
    my $run = $t->migrate;
    $t->exits($run, 4, "$flavor: rights on one table only");
    $t->says($run, "$flavor: and the GRANT", 'PGC-2004', qr/GRANT [^\n]*SELECT/);
    $t->source_admin("REVOKE SELECT ON `$t->{db}`.good FROM $who; GRANT SELECT ON `$t->{db}`.* TO $who;");
    # the printed GRANT is right: run what it says
    $t->source_admin("REVOKE TRIGGER ON `$t->{db}`.* FROM $who");
    $run = $t->migrate;
    my ($grant) = "$run->{err}$run->{out}" =~ /(GRANT [^;\n]*TO [^;\n]*)/;
    ok($grant && eval { $t->source_admin("$grant;"); 1 }, "$flavor: the GRANT that is printed can be run") or diag($grant // 'none', $@);
    $run = $t->migrate;
    $t->exits($run, [0, 3], "$flavor: and it is enough");
    $t->new_target;
    return;
}

sub target_state {
    my ($t, $flavor) = @_;
    $t->target_as_loader("CREATE TABLE good (mine int); INSERT INTO good VALUES (42); CREATE TABLE other (a int);");
    my $run = $t->migrate;
    $t->exits($run, [2, 8], "$flavor: a target with a table of the plan");
    $t->says($run, "$flavor: the table is listed", 'PGC-3009', qr/\bgood\b/);
    is($t->target_value('SELECT mine FROM good'), 42, "$flavor: and not touched");
    $run = $t->migrate('--schema', 'elsewhere');
    $t->exits($run, [0, 3], "$flavor: another schema is taken");
    is($t->target_value('SELECT count(*) FROM elsewhere.good'), 2, "$flavor: and filled");

    my $latin = $t->{db} . 't' . ++$t->{targets};
    $t->target_admin("CREATE DATABASE \"$latin\" OWNER \"$t->{user}\" TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'");
    $run = $t->run('migrate', '--source', $t->source_uri, '--target', $t->target_uri(db => $latin));
    $t->exits($run, 5, "$flavor: a target that is not UTF8");
    $t->says($run, "$flavor: a target that is not UTF8 has its id", 'PGC-3004');

    $t->new_target;
    $t->target_admin("ALTER DATABASE \"$t->{target}\" OWNER TO postgres; REVOKE ALL ON DATABASE \"$t->{target}\" FROM PUBLIC; GRANT CONNECT ON DATABASE \"$t->{target}\" TO \"$t->{user}\"");
    $run = $t->migrate;
    $t->exits($run, 5, "$flavor: a role that may create nothing");
    $t->says($run, "$flavor: and the GRANT", 'PGC-3003', qr/GRANT [^\n]*CREATE/);
    $t->new_target;
    return;
}

sub usage {
    my ($t) = @_;
    my @uris = ('--source', $t->source_uri, '--target', $t->target_uri);
    my @cases = (
        ['no command',             [],                                    2, qr/./],
        ['an unknown command',     ['migrat'],                            2, 'PGC-1', 'migrate'],
        ['an unknown option',      ['migrate', @uris, '--jbos', 4],       2, 'PGC-1002', '--jbos', '--jobs'],
        ['a bad value',            ['migrate', @uris, '--jobs', 'many'],  2, 'PGC-1003', '--jobs'],
        ['a value out of range',   ['migrate', @uris, '--jobs', 0],       2, 'PGC-1003', '--jobs'],
        ['an option without value', ['migrate', @uris, '--jobs'],         2, 'PGC-1', '--jobs'],
        ['no source',              ['migrate', '--target', $t->target_uri], 2, 'PGC-1', '--source'],
        ['no target',              ['migrate', '--source', $t->source_uri], 2, 'PGC-1', '--target'],
        ['a URI without host',     ['migrate', '--source', 'mysql:///db', '--target', $t->target_uri], 2, 'PGC-1005'],
        ['a URI with an unknown key', ['migrate', '--source', $t->source_uri . '&sll-mode=REQUIRED', '--target', $t->target_uri], 2, 'PGC-1005', 'sll-mode'],
        ['a URI of something else', ['migrate', '--source', 'oracle://a@b/c', '--target', $t->target_uri], 2, 'PGC-1005'],
        ['a password file that is not there', ['migrate', @uris, '--source-password-file', 'nowhere'], 2, 'PGC-100[67]'],
        ['a plan that is not there', ['migrate', @uris, '--plan', 'nowhere.json'], 2, 'PGC-1007', 'nowhere.json'],
        ['a configuration that is not there', ['migrate', '-c', 'nowhere.yaml'], 2, 'PGC-1007', 'nowhere.yaml'],
    );
    for (@cases) {
        my ($what, $arguments, $exit, @words) = @$_;
        my $run = $t->run(@$arguments);
        $t->exits($run, $exit, $what);
        $t->says($run, "$what: told", map { ref $_ || !/^PGC/ ? $_ : qr/$_/ } @words);
    }

    my $open = $t->file('open.pw', "secret-in-an-open-file\n");
    chmod 0644, $open;
    my $run = $t->run('migrate', @uris, '--source-password-file', $open);
    $t->exits($run, 2, 'a password file that others can read');
    $t->says($run, 'a password file that others can read: told', 'PGC-1006', 'open.pw', qr/chmod|600/);
    unlike($run->{err}, qr/secret-in-an-open-file/, 'and its content is not');

    my %yaml = (
        'an unknown key'      => ["version: 1\njbos: 4\n",                              qr/PGC-1004/, qr/:2:1\b/, qr/jbos/, qr/\bjobs\b/],
        'a key twice'         => ["version: 1\njobs: 4\njobs: 2\n",                     qr/PGC-1004/, qr/:3:1\b/],
        'a value of the wrong form' => ["version: 1\njobs: many\n",                     qr/PGC-100[34]/, qr/:2:7\b/],
        'broken YAML'         => ["version: 1\ncolumns: [a, b\n",                       qr/PGC-1004/, qr/:[23]:\d+/],
        'an unknown type'     => ["version: 1\ncolumns:\n  good.v: { type: strnig }\n", qr/PGC-100[34]/, qr/:3:\d+/, qr/strnig/],
        'another version'     => ["version: 99\n",                                      qr/PGC-1004/, qr/:1:\d+/],
    );
    for my $what (sort keys %yaml) {
        my ($text, @words) = @{ $yaml{$what} };
        $t->file('bad.yaml', $text);
        my $run = $t->run('migrate', @uris, '-c', 'bad.yaml');
        $t->exits($run, 2, "configuration with $what");
        $t->says($run, "configuration with $what: line and column", @words);
    }
    $t->file('fine.yaml', "version: 1\ncolumns:\n  good.v: { type: text }\n");
    $run = $t->run('plan', '--source', $t->source_uri, '-c', 'fine.yaml', '--format', 'json');
    $t->exits($run, [0, 3], 'a configuration that is right');

    # a plan that does not fit any more
    $run = $t->run('plan', @uris, '-o', 'plan.json');
    $t->exits($run, [0, 3], 'a plan is written');
    $t->source('ALTER TABLE good ADD COLUMN later int');
    $run = $t->run('migrate', @uris, '--plan', 'plan.json');
    $t->exits($run, 8, 'a plan older than the source');
    $t->says($run, 'a plan older than the source: told', 'PGC-8002');
    $t->source('ALTER TABLE good DROP COLUMN later');
    return;
}

sub engines {
    my ($t, $flavor) = @_;
    $t->new_target;
    $t->source('CREATE TABLE isam (id int PRIMARY KEY) ENGINE=MyISAM; INSERT INTO isam VALUES (1);');
    my $run = $t->migrate;
    $t->exits($run, 4, "$flavor: a table without snapshots");
    $t->says($run, "$flavor: a table without snapshots is named", 'PGC-2010', qr/\bisam\b/);
    $run = $t->migrate('--exclude', 'isam');
    $t->exits($run, [0, 3], "$flavor: it can be left out");
    $t->source('DROP TABLE isam');
    return;
}

# Values that PostgreSQL cannot hold. Each in a database of its own, so that each is found by itself.
sub data {
    my ($flavor) = @_;
    my $loose = "SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES'; ";
    my @cases = (
        # what, table, key told, id, the rows' SQL, how it is mended, a rule that keeps the value
        ['a zero date', 'PGC-4001', 'd date', "'0000-00-00'", "NULL", 'text'],
        ['a partial date', 'PGC-4001', 'd date', "'2024-02-00'", "'2024-02-01'", 'text'],
        ['an impossible date', 'PGC-4001', 'd date', "'2023-02-31'", "'2023-02-28'", 'text'],
        ['a zero datetime', 'PGC-4001', 'd datetime(3)', "'0000-00-00 00:00:00'", "NULL", 'text'],
        ['a zero timestamp', 'PGC-4001', 'd timestamp NULL', "'0000-00-00 00:00:00'", "NULL", 'text'],
        ['a label of index 0', 'PGC-4015', "d enum('b', 'a')", "'c'", "'a'", 'text'],
        ['NUL in text', 'PGC-4002', 'd text', "_utf8mb4 x'610062'", "'ab'", 'bytea'],
        ['NUL in a varchar', 'PGC-4002', 'd varchar(10)', "_utf8mb4 x'610062'", "'ab'", 'bytea'],
    );
    for (@cases) {
        my ($what, $id, $column, $bad, $good, $type) = @$_;
        my $t = PgcTest->new(flavor => $flavor);
        $t->source("$loose CREATE TABLE fine (id int PRIMARY KEY); INSERT INTO fine VALUES (1);\n"
                . "CREATE TABLE `odd one` (id int PRIMARY KEY, $column);\n"
                . 'INSERT INTO `odd one` (id) VALUES ' . join(',', map { "($_)" } 1 .. 50) . ";\n"
                . "INSERT INTO `odd one` VALUES (4711, $bad);");
        my $before = $t->source_digest;
        my $run = $t->migrate('--chunk-rows', 20);
        $t->exits($run, 6, "$flavor: $what");
        $t->says($run, "$flavor: $what: the table, the column, the row", $id, qr/odd one/, qr/\bd\b/, qr/4711/, qr/fix/i);
        is($t->source_digest, $before, "$flavor: $what: the source is what it was");
        if ($what =~ /^(?:a zero date|a label of index 0|NUL in text)$/) {
            # kept under another type
            $t->new_target;
            $t->file('keep.yaml', "version: 1\ncolumns:\n  \"odd one.d\": { type: $type }\n");
            $run = $t->migrate('-c', 'keep.yaml');
            $t->exits($run, 0, "$flavor: $what is kept as $type");
            is($t->target_value(q(SELECT '<' || d::text || '>' FROM "odd one" WHERE id = 4711)), $type eq 'bytea' ? '<\\x610062>' : $what =~ /label/ ? '<>' : '<0000-00-00>', "$flavor: $what is there");
            # mended, and begun again
            $t->new_target;
            my @unwarned = ('--pre-scan', 'none');
            $t->exits($t->migrate(@unwarned), 6, "$flavor: $what, refused by the copy itself");
            $t->source("UPDATE `odd one` SET d = $good WHERE id = 4711");
            $t->exits($t->migrate(@unwarned), 8, "$flavor: $what mended: the source is another now");
            $t->exits($t->migrate('--restart'), 0, "$flavor: $what mended, with --restart");
            $t->same("$flavor: $what mended: every value is equal");
        }
        $t->done;
    }
    invalid_text($flavor);
    wide_keys($flavor);
    return;
}

# Bytes that are no text of their column's character set: servers refuse them today, old data
# holds them. A table's file with such bytes is put under a table whose column is text.
sub invalid_text {
    my ($flavor) = @_;
    my $t = PgcTest->new(flavor => $flavor);
    my $body = 'id int NOT NULL PRIMARY KEY, d %s NOT NULL';
    $t->source(sprintf("CREATE TABLE raw ($body); INSERT INTO raw VALUES (1, 'fine'), (4711, x'61ff62'), (3, x'c3a9');", 'varbinary(40)')
            . sprintf("CREATE TABLE `odd one` ($body) DEFAULT CHARACTER SET utf8mb4; ALTER TABLE `odd one` DISCARD TABLESPACE;", 'varchar(10)'));
    my $data = $t->source_value('SELECT @@datadir') . $t->{db};
    # the export lasts as long as its session: copy from a second one, by the server's own file
    my $copied = $t->source_while('FLUSH TABLES raw FOR EXPORT', sub {
        system('cp', '-p', "$data/raw.ibd", "$data/odd\@0020one.ibd") == 0;
    });
    ok($copied, "$flavor: a table with invalid bytes can be made") or return;
    $t->source('ALTER TABLE `odd one` IMPORT TABLESPACE; DROP TABLE raw;');
    is($t->source_value('SELECT hex(d) FROM `odd one` WHERE id = 4711'), '61FF62', "$flavor: it holds the invalid bytes");
    my $run = $t->migrate;
    $t->exits($run, 6, "$flavor: invalid bytes in text");
    $t->says($run, "$flavor: invalid bytes: the table, the column, the row", 'PGC-4003', qr/odd one/, qr/\bd\b/, qr/4711/);
    $t->new_target;
    $t->file('keep.yaml', "version: 1\ncolumns:\n  \"odd one.d\": { type: bytea }\n");
    $run = $t->migrate('-c', 'keep.yaml');
    $t->exits($run, 0, "$flavor: invalid bytes are kept as bytea");
    is($t->target_value('SELECT d FROM "odd one" WHERE id = 4711'), '\\x61ff62', "$flavor: all of them");
    $t->done;
    return;
}

# A BIGINT UNSIGNED key becomes bigint: guarded by the values.
sub wide_keys {
    my ($flavor) = @_;
    my $t = PgcTest->new(flavor => $flavor);
    $t->source('CREATE TABLE `odd one` (id bigint unsigned PRIMARY KEY, v int); INSERT INTO `odd one` VALUES (1, 1), (9223372036854775807, 2);');
    $t->exits($t->migrate, 0, "$flavor: the largest bigint is a key");
    $t->same("$flavor: the largest bigint is there");
    $t->new_target;
    $t->source('INSERT INTO `odd one` VALUES (9223372036854775808, 3)');
    my $run = $t->migrate;
    $t->exits($run, 6, "$flavor: a key above bigint");
    $t->says($run, "$flavor: a key above bigint: the table, the column, the row", qr/PGC-400[45]/, qr/odd one/, qr/\bid\b/, qr/9223372036854775808|\*\*/);
    $t->new_target;
    $t->file('wide.yaml', "version: 1\ncolumns:\n  \"odd one.id\": { type: \"numeric(20)\" }\n");
    $t->exits($t->migrate('-c', 'wide.yaml'), 0, "$flavor: it fits numeric(20)");
    $t->same("$flavor: it is there");
    $t->done;
    return;
}
