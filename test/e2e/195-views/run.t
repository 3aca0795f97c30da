#!/usr/bin/perl
# Views: those that are translated give the source's rows on the target, asked with the servers' own
# clients; those that are not are in the report with their reason and text. Views over views, hostile
# names, what PostgreSQL refuses, objects.sql with its stubs, discard.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use PgcTest;
use Test::More;

# Not the source's rows, and the plan says why: text in another order; an unsigned number below zero,
# which is an error in the source.
my %differs = (v14 => qr/which text comes before/, v72 => undef, loose => qr/LIMIT takes other rows/);
# Views whose rows must also come in the source's order.
my %ordered = map { $_ => 1 } qw(v04 v26 v50 v51 v85);

sub canonical {
    my ($value, $is_source) = @_;
    $value =~ s/\\([\\nt0])/{ '\\' => '\\', n => "\n", t => "\t", 0 => "\0" }->{$1}/ge if $is_source;
    if (!$is_source) {
        $value =~ s/^\\x([0-9a-f]*)$/pack 'H*', $1/e;
        $value =~ s/^\{(.*)\}$/$1/;
    }
    # 1.50 and 1.5, 10:00:00.120 and 10:00:00.12, an instant of a session in UTC
    $value =~ s/\+00$// if $value =~ /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/;
    $value =~ s/(\.\d*?)0+$/$1/ if $value =~ /^(?:-?\d+|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\.\d+$/;
    $value =~ s/\.$//;
    return $value;
}

# The rows of all these views, asked in one session: { name => [rows] }. One that is an error has none.
sub rows_of {
    my ($t, $side, @names) = @_;
    my $is_source = $side eq 'source';
    my $sql = $is_source ? "SET time_zone = '+00:00';" : "\\pset null NULL\nSET timezone = 'UTC';\n";
    for my $i (grep { $names[$_] ne 'v72' || !$is_source } 0 .. $#names) {
        my $quoted = $is_source ? '`' . $names[$i] =~ s/`/``/gr . '`' : '"' . $names[$i] =~ s/"/""/gr . '"';
        $sql .= "SELECT '=== $i'; SELECT * FROM $quoted;\n";
    }
    my (%rows, $name);
    for my $row (@{ $t->$side($sql) }) {
        if (($row->[0] // '') =~ /^=== (\d+)$/) { $rows{ $name = $names[$1] } = []; next }
        push @{ $rows{$name} }, join '|', map { canonical($_, $is_source) } @$row;
    }
    return \%rows;
}

sub same_rows {
    my ($t, $flavor, @names) = @_;
    my ($source, $target) = map { rows_of($t, $_, @names) } qw(source target);
    for my $name (@names) {
        my $shown = $name =~ s/[^ -~]/?/gr;
        my ($wanted, $got) = map { $ordered{$name} || !$_ ? $_ : [sort @$_] } $source->{$name}, $target->{$name};
        if (exists $differs{$name}) {
            isnt(join("\n", @{ $got // [] }), join("\n", @{ $wanted // [] }), "$flavor: $shown differs, as is known");
        }
        else {
            is_deeply($got, $wanted, "$flavor: $shown has the same rows");
        }
    }
    return;
}

sub test_server {
    my ($flavor) = @_;
    my $t = PgcTest->new(flavor => $flavor);
    $t->source_file(PgcTest::fixtures() . '/views.sql');
    $t->source(<<'SQL');
CREATE TABLE canary (id int PRIMARY KEY);
CREATE VIEW `"; DROP TABLE canary; --` AS SELECT id AS `a"b`, id AS `c``d`, '''; DROP TABLE canary; --' AS `it''s %s` FROM canary;
CREATE VIEW over_it AS SELECT `a"b` FROM `"; DROP TABLE canary; --`;
CREATE VIEW loose AS SELECT any_row.id FROM (SELECT id, name FROM customer ORDER BY name LIMIT 2) any_row;
CREATE FUNCTION twice(a INT, b VARCHAR(20)) RETURNS BIGINT DETERMINISTIC RETURN a * 2;
CREATE PROCEDURE `two "ways"`(IN a DECIMAL(10,2), OUT `b;--` DATETIME, INOUT c TEXT) SET c = '*/ $$ \\';
CREATE TRIGGER before_item BEFORE INSERT ON item FOR EACH ROW SET NEW.qty = NEW.qty + 1;
CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY DO DELETE FROM canary;
SQL
    $t->source("INSERT INTO canary VALUES (7)");
    my $before = $t->source_digest;
    my $run = $t->migrate;
    $t->exits($run, 0, "$flavor: migrates");
    $t->same("$flavor: every value of the tables arrived");
    is($t->source_digest, $before, "$flavor: the source is what it was");

    my $report = $t->report;
    my %views = map { $_->{name} => $_ } grep { $_->{kind} eq 'view' } @{ $report->{objects} };
    my @in_source = map { $_->[0] } @{ $t->source("SELECT TABLE_NAME FROM information_schema.VIEWS WHERE TABLE_SCHEMA = DATABASE()") };
    is(join("\n", sort keys %views), join("\n", sort @in_source), "$flavor: every view is in the report");
    my @created = sort grep { $views{$_}{disposition} eq 'created' } keys %views;
    my @left = sort grep { $views{$_}{disposition} ne 'created' } keys %views;
    cmp_ok(scalar @created, '>=', 50, "$flavor: " . @created . ' views are created');
    same_rows($t, $flavor, @created);

    my @on_target = map { $_->[0] } @{ $t->target("SELECT relname FROM pg_class WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace") };
    is(join("\n", sort @on_target), join("\n", @created), "$flavor: and no others");
    my %found = map { $_->{object} => $_ } grep { ($_->{id} // '') eq 'PGC-4014' } @{ $report->{findings} };
    for my $name (@left) {
        my $shown = $name =~ s/[^ -~]/?/gr;
        is($views{$name}{disposition}, 'not translated', "$flavor: $shown is not translated");
        cmp_ok(length($views{$name}{reason} // ''), '>', 10, 'with a reason');
        like($views{$name}{source_text}, qr/^CREATE .* VIEW /, 'and its source text');
        is($found{"$t->{db}.$name"}{text}, "this view is not translated: $views{$name}{reason}", 'in a finding');
    }
    is($views{v59}{reason}, 'the view v16, which it reads, is not translated', "$flavor: over a view that is not translated");
    my %changes = map { $_->{object} => $_->{text} } grep { ($_->{id} // '') eq 'PGC-4030' } @{ $report->{findings} };
    like($changes{"$t->{db}.v14"}, $differs{v14}, "$flavor: what means something else is told");
    like($changes{"$t->{db}.loose"}, $differs{loose}, "$flavor: so is a LIMIT by text");

    test_objects($t, $flavor, $report);
    test_schema($t, $flavor, \@created);
    test_discard($t, $flavor);
    $t->done;
    return;
}

# objects.sql runs as it is; its stubs say what they are; nothing of a hostile text is run.
sub test_objects {
    my ($t, $flavor, $report) = @_;
    my $file = $t->report_dir . '/objects.sql';
    my $sql = PgcTest::slurp($file);
    is((stat $file)[2] & 07777, 0600, "$flavor: objects.sql is closed to others");
    my %kinds = map { $_->{kind} => 1 } grep { $_->{disposition} eq 'not translated' } @{ $report->{objects} };
    like($sql, qr/^-- \Q$_\E /m, "$flavor: a $_ is in objects.sql") for sort keys %kinds;
    ok(eval { $t->target("SET ROLE \"$t->{user}\";\n$sql"); 1 }, "$flavor: psql runs objects.sql") or diag($@);
    ok(!eval { $t->target('SELECT twice(1, \'x\')'); 1 }, "$flavor: a stub raises");
    like($@, qr/the function twice of the former database is not translated/, 'and says why');
    is($t->target_value("SELECT pg_get_function_arguments('public.twice'::regproc)"), 'a integer, b character varying', 'with its parameters');
    is($t->target_value(q(SELECT pg_get_function_arguments('public."two ""ways"""'::regproc))),
        'IN a numeric, OUT "b;--" timestamp without time zone, INOUT c text', 'of a procedure, too');
    is($t->target_value("SELECT count(*) FROM pg_trigger WHERE tgname = 'before_item'"), 0, 'no trigger was made');
    is($t->target_value('SELECT count(*) FROM canary'), 1, 'the canary lives');
    ok(eval { $t->target("INSERT INTO item VALUES (9, 9, 1, 1, 1); DELETE FROM item WHERE line = 9"); 1 }, 'tables can be written') or diag($@);
    return;
}

# The printed schema makes the same views.
sub test_schema {
    my ($t, $flavor, $created) = @_;
    my $printed = $t->run('schema', 'print', '--source', $t->source_uri);
    $t->exits($printed, 0, "$flavor: schema print");
    my $target = $t->{target};
    $t->new_target;
    ok(eval { $t->target_as_loader($printed->{out}); 1 }, "$flavor: psql runs what schema print says") or diag($@);
    is($t->target_value("SELECT count(*) FROM pg_class WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace"),
        scalar @$created, 'with all views');
    $t->{target} = $target;
    return;
}

sub test_discard {
    my ($t, $flavor) = @_;
    $t->target('DROP FUNCTION twice; CREATE VIEW mine AS SELECT 1 AS one');
    my $run = $t->run('discard', '--target', $t->target_uri, '--yes');
    $t->exits($run, 0, "$flavor: discard");
    is(join(' ', map { $_->[0] } @{ $t->target("SELECT relname FROM pg_class WHERE relkind IN ('r', 'v') AND relnamespace = 'public'::regnamespace") }),
        'mine', 'drops the views of the run, and no other');
    return;
}

# What PostgreSQL refuses is a finding with its words; the rest goes on.
sub test_refused {
    my $t = PgcTest->new(flavor => 'mariadb');
    $t->source(<<'SQL');
CREATE TABLE t (id int PRIMARY KEY, a int, b varchar(10));
INSERT INTO t VALUES (1, 1, 'x'), (2, 1, 'y');
SET sql_mode = '';
CREATE VIEW lenient AS SELECT a, b FROM t GROUP BY a;
CREATE VIEW over_lenient AS SELECT a FROM lenient;
CREATE VIEW fine AS SELECT id FROM t;
SQL
    # with a target, the plan tries them and leaves nothing behind
    my $plan = $t->run('plan', '--source', $t->source_uri, '--target', $t->target_uri);
    $t->exits($plan, 3, 'plan with a target');
    $t->says($plan, 'says what PostgreSQL refuses', 'views tried on the target, and rolled back: 3; refused: 2',
        'the view lenient: ', 'must appear in the GROUP BY clause');
    is($t->target_value("SELECT count(*) FROM pg_namespace WHERE nspname ~ '^pgconverge' UNION ALL SELECT count(*) FROM pg_class WHERE relname = 'lenient'"),
        0, 'and leaves nothing');
    my $run = $t->migrate;
    $t->exits($run, 3, 'a view that PostgreSQL refuses');
    $t->same('every value is there');
    my $report = $t->report;
    my %views = map { $_->{name} => $_->{disposition} } grep { $_->{kind} eq 'view' } @{ $report->{objects} };
    is_deeply(\%views, { lenient => 'FAILED', over_lenient => 'FAILED', fine => 'created' }, 'is told, the others are made');
    my ($finding) = grep { $_->{object} eq 'view lenient' } @{ $report->{findings} };
    like($finding->{text}, qr/must appear in the GROUP BY clause/, 'with the words of PostgreSQL');
    like($finding->{detail}, qr/^CREATE .*VIEW `lenient` AS/, 'and the source text');
    $t->exits($t->migrate, 3, 'again');
    $t->done;
    return;
}

# A view in the target under a name of the plan stops the run before anything is made; --tables and
# --exclude are for views, too.
sub test_names {
    my $t = PgcTest->new(flavor => 'mysql');
    $t->source('CREATE TABLE t (id int PRIMARY KEY); CREATE VIEW v AS SELECT id FROM t; CREATE VIEW w AS SELECT id FROM v; CREATE VIEW `camelCase` AS SELECT id AS `userId` FROM t');
    $t->target_as_loader('CREATE VIEW v AS SELECT 1 AS one');
    my $run = $t->migrate;
    $t->exits($run, 8, 'a view of that name is there');
    $t->says($run, 'and named', 'v');
    $t->new_target;
    $t->exits($t->migrate('--exclude', 'v', '--names', 'snake'), 0, 'without it');
    my %views = map { $_->{name} => "$_->{disposition}: $_->{reason}" } grep { $_->{kind} eq 'view' } map { { %$_, reason => $_->{reason} // '' } } @{ $t->report->{objects} };
    is_deeply(\%views, { v => 'left out: --exclude v', w => 'not translated: the view v, which it reads, is not taken along', camelCase => 'created: ' },
        'it and what reads it are told');
    is($t->target_value('SELECT count(user_id) FROM camel_case'), 0, 'names are those that --names asks for');
    $t->done;
    return;
}

test_server($_) for qw(mysql mariadb);
test_refused();
test_names();
done_testing();
