#!/usr/bin/perl
# What users complain about in other tools, one by one, in the worst form that could be thought of, on
# both source servers. app.sql holds the data, by the number of the complaint. One run takes all of it
# across; the other runs are for what must be refused, or broken off.
#
# Complaint 4 measures memory: under a program with sanitizers a plain build is measured, which is
# PGC_PLAIN, or that of build/ or build-debug/.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Complaints;
use PgcTest;
use Test::More;
use Time::HiRes qw(sleep time);

my @flavors = qw(mysql mariadb);
my (%test, %run, %first);
my @runs;    # of all that was said, for complaint 17
my @small = ('--chunk-rows', 100, '--jobs', 2);
my $bad_tables = 'bad_*';
my $moved_zone;

END { eval { $test{$_}->source_admin("SET GLOBAL time_zone = '$moved_zone'") } for $moved_zone ? keys %test : () }

# Every run of this test goes through here.
sub migrate {
    my ($t, @arguments) = @_;
    my $run = $t->migrate(@arguments);
    push @runs, $run;
    return $run;
}
sub value { my ($t, $sql) = @_; return $t->target_value($sql) // '(null)' }
sub list { my ($t, $sql) = @_; return value($t, "SELECT string_agg(x::text, ' ' ORDER BY n) FROM ($sql) s(n, x)") }
# Of the one run that takes all across; later reports are written over it.
sub findings { my ($t) = @_; return join "\n", map { JSON::PP->new->canonical->encode($_) } @{ $t->{first_report}{findings} } }

# Refused by the copy itself, unwarned, with exit 6, this id, and the place of the offence. One target
# is enough for all of these.
sub refused {
    my ($t, $table, $id, @arguments) = @_;
    $t->{target} = $t->{for_refusals} //= $t->new_target;
    my $run = migrate($t, '--pre-scan', 'none', '--tables', $table, '--restart', @arguments);
    $t->exits($run, 6, "$t->{flavor}: $table is refused");
    $t->says($run, "$t->{flavor}: $table: the id, the table, the column, the row", $id, qr/column .*\b$table\.\w/, qr/row .*= \d{4}/);
    return $run;
}

for my $flavor (@flavors) {
    my $t = $test{$flavor} = PgcTest->new(flavor => $flavor);
    $t->source_file("$FindBin::Bin/app.sql");
    $t->source('SET GLOBAL time_zone = \'+05:30\'') if $moved_zone = $t->source_value('SELECT @@global.time_zone');
    # a target role whose settings would spoil values
    $t->target_admin(join ';', map { "ALTER ROLE \"$t->{user}\" SET $_" } q(timezone = 'America/New_York'), q(datestyle = 'SQL, DMY'),
        q(intervalstyle = 'iso_8601'), q(bytea_output = 'escape'), q(search_path = 'nowhere'), q(standard_conforming_strings = off),
        q(extra_float_digits = -5), q(client_encoding = 'LATIN1'), q(statement_timeout = '1s'), q(lock_timeout = '1ms'));
    # jsonb would refuse its \u0000, see complaint 12
    $t->file('docs.yaml', "version: 1\ncolumns:\n  docs.j: { type: json }\n");
    $run{$flavor} = migrate($t, @small, '-c', 'docs.yaml', '--exclude', $bad_tables);
    $first{$flavor} = $t->{target};
    $t->{first_report} = $t->report;
    $t->{first_map}    = $t->name_map;
}
sub each_flavor {
    my ($code) = @_;
    for my $flavor (@flavors) {
        my $t = $test{$flavor};
        local $t->{target} = $first{$flavor};
        $code->($t, $flavor, $run{$flavor});
    }
    return;
}

subtest 'complaint 1: silent loss, false success' => sub {
    each_flavor(sub {
        my ($t, $flavor, $run) = @_;
        $t->exits($run, 3, "$flavor: all of it, with findings");
        my @differences = grep { !/^table bad_\w+ is not in the target$/ } $t->oracle->compare;
        is(join("\n", @differences), '', "$flavor: every value is equal");
        my %in_report = map { $_->{table} => $_ } @{ $t->{first_report}{rows} };
        my %counted = map { utf8::decode($_->[0]); $_->[0] => $_->[1] } @{ $t->source(join ' UNION ALL ', map { 'SELECT ' . Complaints::sql_text($_) . ", count(*) FROM `$_`" } keys %in_report) };
        my @wrong = grep { !$in_report{$_}{equal} || $in_report{$_}{written} != $counted{$_} } keys %in_report;
        is("@wrong", '', "$flavor: the counts of the report are those of the source");
    });
    for my $flavor (@flavors) {
        my $t = $test{$flavor};
        # the source dies in the middle of a table
        $t->new_target;
        my @arguments = ('--tables', 'numbers,word_key,enum_key,date_key', '--chunk-rows', 20, '--jobs', 1, '--retry-for', '1s');
        my $run = $t->start_migrate(@arguments);
        ok($t->wait_for_chunks(8), "$flavor: in the middle of a table");
        Complaints::kill_server($flavor);
        $run->wait;
        push @runs, $run;
        $t->exits($run, 7, "$flavor: the source dies");
        $t->says($run, "$flavor: it is told", 'PGC-2001', qr/Continue with/);
        unlike($run->{out}, qr/\bDONE\b/, "$flavor: and not called done");
        PgcTest::lab_restart($flavor);
        my $again = migrate($t, @arguments);
        if ($again->{exit} == 8) {
            $t->says($again, "$flavor: a server that came up again is another moment", 'PGC-8003');
            $again = migrate($t, @arguments, '--restart');
        }
        $t->exits($again, [0, 3], "$flavor: once it is up again");
        $t->same("$flavor: every value is equal", qw(numbers word_key enum_key date_key));
        # a table that is emptied before its turn
        $t->new_target;
        $t->source('CREATE TABLE zz_last AS SELECT n FROM numbers');
        my $emptied = $t->start_migrate('--tables', 'numbers,word_key,zz_last', '--chunk-rows', 10, '--jobs', 1);
        ok($t->wait_for_chunks(3), "$flavor: a run, and a table that waits for its turn");
        # (MariaDB with a binary log lets a TRUNCATE wait for the end of the snapshot)
        $t->source($flavor eq 'mysql' ? 'TRUNCATE TABLE zz_last' : 'DELETE FROM zz_last');
        push @runs, $emptied->wait;
        $t->exits($emptied, [3, 8], "$flavor: a table emptied during the run");
        $t->says($emptied, "$flavor: it is told", qr/SOURCE MOVED|SOURCE NOT PROVEN STILL|PGC-2009|PGC-8003/);
        $t->source('DROP TABLE zz_last');
    }
};

subtest 'complaint 2: case of names, reserved words, schema, order of columns' => sub {
    each_flavor(sub {
        my ($t, $flavor) = @_;
        my $sql = q{SELECT attnum, attname FROM pg_attribute WHERE attnum > 0 AND attrelid = '%s'::regclass};
        is(list($t, sprintf $sql, '"userAccount"'), 'userId UserID2 User Name order select user end Default ctid_', "$flavor: names are kept");
        is(value($t, 'SELECT "userId" || "end"::text || "Default" FROM "userAccount"'), '12024-01-025', "$flavor: and hold their values");
        is(value($t, 'SELECT "a" FROM "Useraccount"'), 11, "$flavor: a table that differs in case alone");
        is(list($t, sprintf $sql, 'moved'), 'first_one c a mid b', "$flavor: columns that moved");
        is(value($t, q{SELECT string_agg(first_one || c || a || mid || b, ' ' ORDER BY a) FROM moved}), 'was 1st2024-02-29142one 2nd2023-01-01243two', "$flavor: hold their own values");
        is(value($t, 'SELECT a || \' \' || b || \' \' || c FROM hidden'), '1 2 3', "$flavor: an invisible column is not lost");
        $t->new_target;
        my $run = migrate($t, '--schema', 'My "App"', '--tables', 'userAccount,order');
        $t->exits($run, [0, 3], "$flavor: a schema with a name of its own");
        is(value($t, 'SELECT count(*) FROM "My ""App"""."order"'), 1, "$flavor: holds the tables");
        is(value($t, q{SELECT count(*) FROM pg_tables WHERE schemaname = 'public'}), 0, "$flavor: and no other schema does");
        $t->new_target;
        $run = migrate($t, '--names', 'lower', '--tables', '?ser?ccount');
        $t->exits($run, 4, "$flavor: two names that would become one are refused");
        $t->says($run, "$flavor: both are told", qr/userAccount/, qr/Useraccount/);
        is(value($t, q{SELECT count(*) FROM pg_tables WHERE schemaname = 'public'}), 0, "$flavor: before anything is made");
        $run = migrate($t, '--names', 'snake', '--tables', 'userAccount');
        $t->exits($run, [0, 3], "$flavor: snake_case");
        is(value($t, 'SELECT user_id || \'-\' || user_id2 FROM user_account'), '1-2', "$flavor: is made when asked");
    });
};

subtest 'complaint 3: unsigned, bigint, and the foreign keys between' => sub {
    each_flavor(sub {
        my ($t, $flavor) = @_;
        is(value($t, 'SELECT t || \' \' || s || \' \' || m || \' \' || i || \' \' || b || \' \' || sb FROM wide WHERE id = 1'),
            '255 65535 16777215 4294967295 18446744073709551615 -9223372036854775808', "$flavor: ends of the ranges");
        is(value($t, q{SELECT string_agg(conrelid::regclass::text, ' ' ORDER BY conrelid::regclass::text) FROM pg_constraint WHERE contype = 'f' AND convalidated AND connamespace = 'public'::regnamespace AND conrelid::regclass::text ~ '(wide|coded|texts|bins|decs)'}),
            'bins_child coded_child decs_child decs_child decs_child decs_child decs_child texts_child wide_child wide_grandchild', "$flavor: all foreign keys stand, and hold");
        is(value($t, q{SELECT count(*) FROM pg_constraint k CROSS JOIN LATERAL unnest(k.conkey, k.confkey) u(c, p) JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.c JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = u.p WHERE k.contype = 'f' AND a.atttypid <> b.atttypid}),
            0, "$flavor: both ends are of one type");
        ok(!eval { $t->target('INSERT INTO wide (id, t) VALUES (77, -1)'); 1 }, "$flavor: unsigned stays unsigned");
        refused($t, 'bad_big', 'PGC-4004', @small);
        # a rule for one end alone is refused in the plan
        $t->file('one-end.yaml', "version: 1\ncolumns:\n  wide.id: { type: text }\n");
        $t->new_target;
        my $run = migrate($t, '-c', 'one-end.yaml', '--tables', 'wide*');
        $t->exits($run, [2, 4], "$flavor: a type for one end of a foreign key alone");
        $t->says($run, "$flavor: both ends are told", qr/wide_child\.wide_id/, qr/wide\.id/);
        is(value($t, q{SELECT count(*) FROM pg_tables WHERE schemaname = 'public'}), 0, "$flavor: before anything is made");
    });
};

subtest 'complaint 4: memory' => sub {
    my $t = $test{mysql};
    my $plain = Complaints::plain_program() or return fail('there is no plain build: set PGC_PLAIN');
    $t->source(<<'SQL');
SET cte_max_recursion_depth = 1000000;
CREATE TABLE wide_rows (id int PRIMARY KEY, a varchar(255), b varchar(255), c text, d decimal(20,5), e datetime(6));
INSERT INTO wide_rows WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 300000)
  SELECT n, REPEAT('a', 200), REPEAT('é', 100), REPEAT('x', 100 + n % 100), n / 7, '2024-01-01' + INTERVAL n SECOND FROM n;
CREATE TABLE lumps (id int PRIMARY KEY, b longblob); INSERT INTO lumps SELECT d, REPEAT('x', 4000000) FROM digits;
SQL
    $t->new_target;
    local $ENV{PGCONVERGE} = $plain;
    my $run = $t->start_migrate('--tables', 'wide_rows,lumps', '--jobs', 4);
    my $peak = 0;
    while ($run->is_running) {
        my $now = Complaints::peak_kib($run->{pid});
        $peak = $now if $now > $peak;
        sleep 0.01;
    }
    push @runs, $run;
    $t->exits($run, 0, '300,000 wide rows and lumps of 4 MB, four jobs');
    is(value($t, 'SELECT count(*) FROM wide_rows'), 300_000, 'all of them');
    cmp_ok($peak, '>', 1000, "the peak was seen: $peak KiB");
    cmp_ok($peak, '<', 128 * 1024, 'within 128 MiB');
    $t->source('DROP TABLE wide_rows; DROP TABLE lumps');
};

subtest 'complaint 5: zero dates' => sub {
    each_flavor(sub {
        my ($t, $flavor) = @_;
        is(list($t, 'SELECT id, d FROM dates'), '0009-12-04 0001-01-01 2000-10-10 1582-10-10 9999-12-31', "$flavor: dates that look like zero dates");
        is(list($t, 'SELECT id, dt FROM dates'), '0009-12-04 00:00:00 0001-01-01 00:00:00 0010-10-10 10:10:10 1900-02-28 00:00:00', "$flavor: and times");
        ok(index(findings($t), 'dates.dz') > 0, "$flavor: the default that is no date is listed");
        my $run = refused($t, 'bad_date', 'PGC-4001', '--jobs', 1);
        like($run->{err}, qr/4711/, "$flavor: the first of them");
        is(value($t, 'SELECT count(*) FROM bad_date'), 0, "$flavor: nothing was guessed");
    });
};

subtest 'complaints 5, 9, 12, 14: what a rule keeps' => sub {
    each_flavor(sub {
        my ($t, $flavor) = @_;
        $t->file('keep.yaml', <<'YAML');
version: 1
columns:
  "bad_date.d*": { type: text }
  bad_enum.e: { type: text }
  "bad_text.*": { type: bytea }
  bad_text.id: { type: integer }
  bad_doc.j: { type: json }
  flags.ok: { type: boolean }
YAML
        $t->new_target;
        my $run = migrate($t, '-c', 'keep.yaml', '--tables', 'bad_date,bad_enum,bad_text,bad_doc,flags');
        $t->exits($run, [0, 3], "$flavor: kept as text and bytes");
        is(list($t, 'SELECT id, d FROM bad_date'), '2000-01-10 0000-00-00 2024-02-00', "$flavor: zero dates as text");
        is(list($t, 'SELECT id, dt FROM bad_date'), '0100-10-01 00:00:00.000 2023-02-31 01:02:03.500 0000-00-00 00:00:00.000', "$flavor: with their times");
        is(list($t, 'SELECT id, near FROM bad_date'), '0009-12-04 2010-10-10 1000-10-10', "$flavor: the dates beside them");
        is(list($t, q{SELECT id, '<' || e || '>' FROM bad_enum}), '<a> <>', "$flavor: an enum's blank");
        is(list($t, 'SELECT id, t FROM bad_text'), '\x66696e65 \x610062', "$flavor: NUL as bytes");
        is(list($t, 'SELECT id, j FROM bad_doc'), '{} ' . ($flavor eq 'mysql' ? '{"a": ["x\u0000y"]}' : '{"a":["x\u0000y"]}'), "$flavor: \\u0000 in json");
        is(value($t, q{SELECT string_agg(coalesce(ok::text, 'null'), ' ' ORDER BY id) FROM flags}), 'null false true true false null', "$flavor: boolean by rule, NULL is NULL");
    });
};

subtest 'complaint 6: latin1 is cp1252, text encoded twice, invalid bytes' => sub {
    each_flavor(sub {
        my ($t, $flavor) = @_;
        is(value($t, q{SELECT string_agg(v, '' ORDER BY id) FROM latin WHERE id IN (128, 130, 142, 150, 153, 159)}), "\xe2\x82\xac\xe2\x80\x9a\xc5\xbd\xe2\x80\x93\xe2\x84\xa2\xc5\xb8", "$flavor: 0x80 to 0x9f");
        is(value($t, q{SELECT string_agg(to_hex(ascii(v)), ' ' ORDER BY id) FROM latin WHERE id IN (129, 141, 143, 144, 157)}), '81 8d 8f 90 9d', "$flavor: the five that cp1252 has not");
        is(value($t, 'SELECT v FROM latin WHERE id = 1000'), "\xc3\x83\xc2\xa9\xc3\xa2\xe2\x80\x9a\xc2\xac", "$flavor: UTF-8 in latin1 stays what it is");
        is(value($t, 'SELECT encode(convert_to(v, \'UTF8\'), \'hex\') FROM doubled WHERE id = 2'), 'c383c692c382c2a9', "$flavor: text encoded twice stays so");
        is(value($t, 'SELECT k || p || s || g || u2 || u16 || u32 || b5 || gr FROM doubled WHERE id = 1'), "Приветžluťák日本中文é😀😀中文Αθήνα", "$flavor: nine character sets");
        if (Complaints::make_invalid_text($t, 'bad_bytes')) {
            refused($t, 'bad_bytes', 'PGC-4003', '--jobs', 1);
            $t->source('DROP TABLE bad_bytes');
        }
        else { fail("$flavor: a table with invalid bytes can be made") }
    });
};

subtest 'complaint 7: time zones, fractions, the double hour' => sub {
    each_flavor(sub {
        my ($t, $flavor) = @_;
        my $utc = sub { my ($column) = @_; return list($t, "SELECT id, to_char($column AT TIME ZONE 'UTC', 'MM-DD\"T\"HH24:MI:SS.US') FROM moments") };
        is($utc->('ts'), '10-27T00:30:00.000001 10-27T01:30:00.000001 01-01T00:00:01.000000 01-19T03:14:07.999999', "$flavor: instants, both of 02:30 in Amsterdam");
        is(value($t, q{SELECT string_agg(to_char(ts AT TIME ZONE 'Europe/Amsterdam', 'HH24:MI'), ' ') FROM moments WHERE id < 3}), '02:30 02:30', "$flavor: one clock, two instants");
        is(list($t, 'SELECT id, dt FROM moments'), '2024-10-27 02:30:00.999999 2024-03-31 02:30:00.5 2024-11-03 01:30:00', "$flavor: wall clocks, also where a zone has a gap");
        is(list($t, q{SELECT id, extract(epoch FROM t) || '/' || extract(epoch FROM t0) FROM moments}), '-3020399.000000/3020399.000000 -0.000001/-1.000000 3020398.999999/86400.000000', "$flavor: TIME below zero and above a day");
    });
};

subtest 'complaint 8: caching_sha2_password' => sub {
    each_flavor(sub {
        my ($t, $flavor) = @_;
        my @to = ('--tables', 'digits', '--retry-for', '0s');
        my $ca = PgcTest::escape_uri(PgcTest::lab('CA'));
        my $try = sub {
            my ($exit, $what, %uri) = @_;
            $t->new_target;
            if ($flavor eq 'mysql') {    # a password the server has not in its cache
                $t->source_admin("ALTER USER '$t->{user}'\@'%' IDENTIFIED WITH caching_sha2_password BY '$t->{password}'; FLUSH PRIVILEGES");
            }
            my $run = $t->run('migrate', '--source', $t->source_uri(%uri), '--target', $t->target_uri, '--report-dir', $t->report_dir, @to);
            push @runs, $run;
            $t->exits($run, $exit, "$flavor: $what");
            return $run;
        };
        $try->(0, 'over a socket');
        $try->(0, 'over TLS, verified', tcp => 1, query => "ssl-mode=VERIFY_CA&ssl-ca=$ca");
        $try->(0, 'over plain TCP when asked', tcp => 1, query => 'ssl-mode=DISABLED') if $flavor eq 'mysql';
        # somebody between who takes the server's offer of TLS away
        for (['VERIFY_CA', "ssl-mode=VERIFY_CA&ssl-ca=$ca"], ['REQUIRED', 'ssl-mode=REQUIRED'], $flavor eq 'mysql' ? ['nothing said', ''] : ()) {
            my ($what, $query) = @$_;
            my $proxy = Complaints::Proxy->start(port => PgcTest::lab("$t->{prefix}_PORT"), strip_tls => 1);
            my $run = $try->(4, "TLS taken away, $what", host => '127.0.0.1', port => $proxy->port, query => $query);
            $t->says($run, "$flavor: $what: told", $query ? 'PGC-2003' : qr/PGC-2002.*ssl-mode=DISABLED/s);
            is($proxy->stop, 0, "$flavor: $what: not a byte was sent");
        }
    });
};

subtest 'complaint 9: TINYINT(1)' => sub {
    each_flavor(sub {
        my ($t, $flavor) = @_;
        is(value($t, q{SELECT string_agg(DISTINCT format_type(atttypid, atttypmod), ' ') FROM pg_attribute WHERE attrelid = 'flags'::regclass AND attname ~ '^(f|g|b|ok|u)$'}), 'smallint', "$flavor: a number");
        is(value($t, q{SELECT string_agg(coalesce(f::text, 'null'), ' ' ORDER BY id) FROM flags}), 'null 0 1 2 -1 127', "$flavor: all its values");
        $t->file('bool.yaml', "version: 1\ncolumns:\n  \"bad_bool.?\": { type: boolean }\n");
        my $run = refused($t, 'bad_bool', 'PGC-4006', '-c', 'bool.yaml');
        like($run->{err}, qr/\bid = 4711\b/, "$flavor: the row with the 2");
    });
};

subtest 'complaint 10: foreign keys' => sub {
    each_flavor(sub {
        my ($t, $flavor, $run) = @_;
        my $keys = value($t, q{SELECT string_agg(conname || ':' || convalidated::text || confdeltype::text || confupdtype::text, ' ' ORDER BY conname) FROM pg_constraint WHERE contype = 'f' AND conname ~ '^(._to_.|orphans_parent|case_child_parent)$' AND connamespace = 'public'::regnamespace});
        is($keys, $flavor eq 'mysql' ? 'a_to_a:trueaa a_to_z:truecc case_child_parent:falseaa orphans_parent:falseaa z_to_a:truena'
            : 'a_to_a:truerr a_to_z:truecc case_child_parent:falserr orphans_parent:falserr z_to_a:truenr', "$flavor: circles stand with their actions, orphans are not valid") or diag($run->{err});
        $t->says($run, "$flavor: orphans are told", qr/2 rows of orphans/, qr/1 rows? of case_child/);
        my $findings = findings($t);
        like($findings, qr/PGC-4010.*\b$_\b|\b$_\b.*PGC-4010/, "$flavor: and the row $_ is listed") for 777, 778;
        like($findings, qr/PGC-4018.*\b4711\b|\b4711\b.*PGC-4018/, "$flavor: and the child whose parent is spelt otherwise");
        unlike($findings, qr/PGC-4010.*\b4711\b|\b4711\b.*PGC-4010/, "$flavor: which has one");
        is(value($t, 'SELECT count(*) FROM orphans'), 3, "$flavor: and kept");
        unlike($findings . $run->{out}, qr/;\\+n/, "$flavor: the statement can be run as it stands");
    });
};

# Everything on its way to PostgreSQL stops, and nothing is closed.
sub stalled {
    my ($t, @arguments) = @_;
    my $proxy = Complaints::Proxy->start(port => PgcTest::lab('POSTGRES_PORT'), stall_after => 200_000);
    my $hung = $t->start('migrate', '--source', $t->source_uri, '--target', $t->target_uri(port => $proxy->port, query => 'sslmode=disable'),
        '--report-dir', $t->report_dir, @arguments);
    ok(PgcTest::wait_for(30, sub { $proxy->is_stalled }), "the network stalls");
    my $began = time;
    $hung->kill('INT');
    $hung->wait(40);
    push @runs, $hung;
    $t->exits($hung, 130, "INT ends it");
    cmp_ok(time - $began, '<', 10, "within 10 s");
    $proxy->stop;
    return;
}

subtest 'complaints 11, 15: lost connections, hangs, resume' => sub {
    my @tables = qw(numbers enum_key word_key date_key);
    my @arguments = ('--tables', join(',', @tables), '--chunk-rows', 25, '--jobs', 2);
    each_flavor(sub {
        my ($t, $flavor) = @_;
        $t->new_target;
        my $run = $t->start_migrate(@arguments, '--retry-for', '20s');
        ok($t->wait_for_chunks(5), "$flavor: connections to be lost");
        Complaints::kill_sessions($t);
        $t->target_admin("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '$t->{target}' AND pid <> pg_backend_pid()");
        $run->wait(60);
        push @runs, $run;
        $t->exits($run, [0, 3, 8], "$flavor: all sessions of both sides are killed");
        $t->says($run, "$flavor: when the snapshot cannot be had again, it is told", qr/PGC-8003/) if $run->{exit} == 8;
        is($run->{exit}, 0, "$flavor: they came back inside the run");
        $t->same("$flavor: every value is equal", @tables) if $run->{exit} != 8;

        # a network that says nothing any more: it can be stopped
        $t->new_target;
        stalled($t, @arguments) if $flavor eq 'mysql';    # it is the target's: once is enough
        $t->wait_for_quiet_target;

        # killed, and continued by the same command: what was there is not written again
        my $killed = $t->start_migrate(@arguments);
        ok($t->wait_for_chunks(20), "$flavor: a run to be killed");
        $killed->kill('KILL');
        $killed->wait;
        ok($t->wait_for_quiet_target, "$flavor: it is gone");
        my $before = $t->row_versions;
        my $again = migrate($t, @arguments);
        $t->exits($again, [0, 3], "$flavor: the same command continues");
        is($t->versions_lost($before, $t->row_versions), 0, "$flavor: nothing was copied twice");
        $t->same("$flavor: every value is equal", @tables);
    });
};

subtest 'complaint 12: NUL in text, \u0000 in JSON' => sub {
    each_flavor(sub {
        my ($t, $flavor) = @_;
        like(value($t, 'SELECT j FROM docs WHERE id = 1'), qr/x\\u0000y/, "$flavor: json keeps the document");
        is(value($t, 'SELECT (j IS NULL)::text || j::text FROM docs WHERE id = 3'), 'falsenull', "$flavor: a null of JSON is no NULL");
        refused($t, 'bad_text', 'PGC-4002');
        $t->file('jsonb.yaml', "version: 1\ncolumns:\n  bad_doc.j: { type: jsonb }\n");
        refused($t, 'bad_doc', 'PGC-4008', '-c', 'jsonb.yaml');
    });
};

subtest 'complaint 13: names over 63 bytes, names of indexes that collide' => sub {
    each_flavor(sub {
        my ($t, $flavor) = @_;
        is(value($t, q{SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname LIKE 'table\_xx%'}), 2, "$flavor: both tables");
        is(value($t, q{SELECT max(octet_length(attname)) || ' ' || count(*) FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid WHERE relname LIKE 'table\_xx%' AND relkind = 'r' AND attnum > 0}), '63 6', "$flavor: all their columns");
        my %made = map { $_->[0] => $_->[1] } @{ $t->target(q{SELECT relname, count(*) FROM pg_index JOIN pg_class c ON c.oid = indrelid WHERE relnamespace = 'public'::regnamespace GROUP BY 1}) };
        my %wanted = map { $_->[0] => $_->[1] } @{ $t->source("SELECT MIN(CONVERT(table_name USING utf8mb4)), COUNT(DISTINCT CAST(index_name AS BINARY)) FROM information_schema.statistics WHERE table_schema = '$t->{db}' AND table_name NOT LIKE 'bad%' GROUP BY CAST(table_name AS BINARY)") };
        my @wrong = grep { $wanted{$_} != ($made{ $t->{first_map}{$_}{name} } // 0) } sort keys %wanted;
        is("@wrong", '', "$flavor: every index of every table");
        like(findings($t) . JSON::PP->new->canonical->encode($t->{first_report}{objects}), qr/index_x{20,}1/, "$flavor: the report tells the names");
    });
};

subtest 'complaint 14: enum' => sub {
    each_flavor(sub {
        my ($t, $flavor) = @_;
        is(value($t, q{SELECT string_agg(coalesce('<' || e || '>', 'null'), '' ORDER BY id) FROM enums}), '<zebra><><apple><Mango>null', "$flavor: values, the blank one as well");
        ok(eval { $t->target("BEGIN; INSERT INTO enums (id, f) VALUES (99, 'a'); ROLLBACK"); 1 }, "$flavor: the blank default can be used");
        ok(!eval { $t->target("INSERT INTO enums (id, f) VALUES (99, 'no label')"); 1 }, "$flavor: other labels cannot");
        ok(index(findings($t) . JSON::PP->new->canonical->encode($t->{first_report}{columns}), 'not by position') > 0, "$flavor: that the order is another is told");
        refused($t, 'bad_enum', 'PGC-4015');
    });
};

subtest 'complaint 16: sequences after the load' => sub {
    each_flavor(sub {
        my ($t, $flavor) = @_;
        for my $table (qw(seq_gap seq_empty seq_new seq_odd seq_zero wide wide_child)) {
            my $key = $table eq 'seq_odd' ? 'v' : $table =~ /^wide$/ ? 't' : $table eq 'wide_child' ? 'wide_id' : 'v';
            my $value = $table eq 'wide_child' ? 1 : $table eq 'seq_gap' ? "'9'" : 9;
            my $source = eval { $t->source("START TRANSACTION; INSERT INTO $table ($key) VALUES ($value); SELECT LAST_INSERT_ID(); ROLLBACK")->[0][0] } // "error $@";
            my $target = eval { $t->target("INSERT INTO $table ($key) VALUES ($value) RETURNING id")->[0][0] } // "error $@";
            is($target, $source, "$flavor: $table goes on as in the source");
        }
        ok(!eval { $t->target('INSERT INTO seq_full (v) VALUES (1)'); 1 }, "$flavor: a full one stays full");
        is(value($t, 'SELECT count(*) FROM seq_full'), 1, "$flavor: and its row is there");
    });
};

subtest 'complaint 18: bits' => sub {
    each_flavor(sub {
        my ($t, $flavor) = @_;
        is(value($t, q{SELECT string_agg(coalesce(b1::text, 'null') || '/' || b8, ' ' ORDER BY id) FROM bits}), '0/00000000 1/11111111 null/00110000 1/00001010', "$flavor: bit(1) and bit(8), a digit among the bytes");
        is(value($t, 'SELECT b64::text FROM bits WHERE id = 2'), '1' x 64, "$flavor: bit(64)");
        is(eval { $t->target('BEGIN; INSERT INTO bits (id) VALUES (99) RETURNING b3; ROLLBACK')->[0][0] }, '101', "$flavor: the default");
    });
};

subtest 'complaint 19: generated columns' => sub {
    each_flavor(sub {
        my ($t, $flavor) = @_;
        is(list($t, q{SELECT id, coalesce(v::text, 'null') || '/' || coalesce(s, 'null') FROM gens}), '11/straße-10 null/null -6/ÿ--7', "$flavor: their values");
        is(eval { $t->target('BEGIN; INSERT INTO gens (id, a, b) VALUES (9, 1, \'x\') RETURNING v || s; ROLLBACK')->[0][0] }, '2x-1', "$flavor: are still computed");
        my $findings = findings($t);
        like($findings, qr/gens\.$_.*PGC-4014|PGC-4014.*gens\.$_\b/, "$flavor: $_ is listed as not computed") for qw(u js);
        like($findings, qr/(?:upper|ucase)\(/, "$flavor: with its source text");
    });
};

subtest 'complaint 20: defaults' => sub {
    each_flavor(sub {
        my ($t, $flavor) = @_;
        $t->target('INSERT INTO defs (id) VALUES (2); INSERT INTO defs_now (id) VALUES (2)');
        is(value($t, q{SELECT count(DISTINCT to_jsonb(whole) - 'id') FROM defs whole}), 1, "$flavor: a row of defaults is the source's row of defaults")
            or diag(value($t, 'SELECT string_agg(to_jsonb(whole)::text, E\'\n\' ORDER BY id) FROM defs whole'));
        is(value($t, q{SELECT n || ct || qq || s || (nn IS NULL) || (bn IS NULL) FROM defs WHERE id = 2}), "NULLcurrent_timestamp()'x'xtruetrue", "$flavor: words stay words, NULL is NULL");
        is(value($t, q{SELECT (abs(extract(epoch FROM now() - ts)) < 60) AND (abs(extract(epoch FROM now() - ts6)) < 60) AND u ~ '^[0-9a-f-]{36}$' AND cd IS NOT NULL AND dt IS NOT NULL FROM defs_now WHERE id = 2}), 't', "$flavor: clocks are clocks");
        $t->target('UPDATE defs_now SET v = 1 WHERE id = 1');
        is(value($t, q{SELECT abs(extract(epoch FROM now() - ts)) < 60 FROM defs_now WHERE id = 1}), 't', "$flavor: ON UPDATE CURRENT_TIMESTAMP");
    });
};

subtest 'complaint 21: lookups that lose their case-insensitivity' => sub {
    each_flavor(sub {
        my ($t, $flavor) = @_;
        my @found = map { $_->{object} } @{ $t->{first_report}{findings} };
        for my $key (qw(ci.ci_email ci.ci_two word_key.PRIMARY latin_key.PRIMARY texts.PRIMARY case_parent.PRIMARY)) {
            ok(scalar(grep {/\Q.$key\E$/} @found), "$flavor: $key is told");
        }
        ok(!grep({/\.digits\.PRIMARY$|\.bins\.PRIMARY$/} @found), "$flavor: keys without text are not");
    });
};

subtest 'complaint 22: chunks by a key that sorts another way than it compares' => sub {
    each_flavor(sub {
        my ($t, $flavor) = @_;
        my %chunks = map { $_->[0] => $_->[1] } @{ $t->target('SELECT t.source_name, count(*) FROM pgconverge."table" t JOIN pgconverge.chunk c ON c.table_number = t.number GROUP BY 1') };
        for my $table (qw(enum_key enum_second set_key bit_key float_key word_key null_key date_key ts_key dec_key big_key neg_key pad_key prefix_key text_key latin_key desc_key year_key time_key)) {
            my $rows = $t->source("SELECT count(*) FROM $table")->[0][0];
            is(value($t, "SELECT count(*) FROM $table"), $rows, "$flavor: $table, in " . ($chunks{$table} // '?') . ' chunks');
        }
        cmp_ok($chunks{$_} // 0, '>', 10, "$flavor: $_ was cut") for qw(word_key date_key big_key neg_key time_key);
    });
};

subtest 'complaint 17: messages' => sub {
    my %seen;
    for my $run (@runs) {
        my $said = "$run->{err}$run->{out}";
        unlike($said, qr/Sanitizer|runtime error:|Assertion|Segmentation|\(null\)|\berrno\b|\bSIG[A-Z]+\b|0x[0-9a-f]{8,}|\bnan\b/, "no debris in what exit $run->{exit} said")
            if $said =~ /Sanitizer|runtime error:|Assertion|Segmentation|\(null\)|\berrno\b|0x[0-9a-f]{8,}/;
        next if $run->{exit} == 0 || $run->{exit} == 3;
        my @blocks = $run->{err} =~ /^(error .*(?:\n  .*)*)/mg;
        ok(@blocks > 0, "exit $run->{exit} says an error");
        for my $block (@blocks) {
            my ($id) = $block =~ /^error (PGC-\d{4}): \S/ or do { fail("no id: $block"); next };
            next if $seen{ $block =~ s/\d+//gr }++;
            like($block, qr/^  fix     \S/m, "$id has a fix") or diag($block);
            like($block, qr/^  (?:column|object|row|while|server) +\S|\w:\d|"[^"]+"|--\w/m, "$id has an object") or diag($block);
            unlike($block, qr/TABLE\.COLUMN/, "$id names the column in its fix") or diag($block);
        }
    }
    cmp_ok(scalar keys %seen, '>=', 10, 'errors of ' . scalar(keys %seen) . ' kinds');
};

$_->done for values %test;
done_testing();
