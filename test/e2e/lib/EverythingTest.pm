package EverythingTest;

# The main promise, on one source server: a database with all common types, keys, names and
# definitions arrives whole, over the socket and over TCP with TLS, and the source is left alone.

use strict;
use warnings;
use utf8;
use PgcTest;
use Test::More;

my $LONG = 'a_name_of_sixty_four_characters_which_is_one_more_than_allowed_';

# What becomes of a type: source column => type in PostgreSQL
my %TYPES = (
    'int_kinds.c_tinyint'           => 'smallint',
    'int_kinds.c_tinyint_unsigned'  => 'smallint',
    'int_kinds.c_smallint'          => 'smallint',
    'int_kinds.c_smallint_unsigned' => 'integer',
    'int_kinds.c_mediumint'         => 'integer',
    'int_kinds.c_mediumint_unsigned' => 'integer',
    'int_kinds.c_int'               => 'integer',
    'int_kinds.c_int_unsigned'      => 'bigint',
    'int_kinds.c_bigint'            => 'bigint',
    'int_kinds.c_bigint_unsigned'   => 'numeric(20,0)',
    'int_kinds.flag'                => 'smallint',
    'int_kinds.y'                   => 'smallint',
    'big_auto.id'                   => 'bigint',
    'big_child.parent'              => 'bigint',
    'big_plain.n'                   => 'numeric(20,0)',
    'decimals.d1'                   => 'numeric(10,2)',
    'decimals.d2'                   => 'numeric(65,30)',
    'floats.f'                      => 'real',
    'floats.d'                      => 'double precision',
    'bits.b1'                       => 'bit(1)',
    'bits.b64'                      => 'bit(64)',
    'times.d'                       => 'date',
    'times.dt0'                     => 'timestamp(0) without time zone',
    'times.dt6'                     => 'timestamp(6) without time zone',
    'times.ts3'                     => 'timestamp(3) with time zone',
    'times.t2'                      => 'interval(2)',
    'texts.c'                       => 'character varying(10)',
    'texts.v'                       => 'character varying(255)',
    'texts.t4'                      => 'text',
    'texts.lv'                      => 'character varying(300)',
    'blobs.b5'                      => 'bytea',
    'blobs.b4'                      => 'bytea',
    'enums.e'                       => 'text',
    'enums.s'                       => 'text[]',
);

sub run {
    my ($flavor) = @_;
    my $t = PgcTest->new(flavor => $flavor);
    $t->source_file(PgcTest::fixtures() . '/everything', $flavor);
    my $before = $t->source_digest;

    my $run = $t->migrate('--chunk-rows', 60);
    # routines, triggers and events are not translated: told, and no failure of the copy
    $t->exits($run, 0, "$flavor: migrates over the socket");
    arrived($t, "$flavor over the socket", $before);
    types($t);
    keys_and_indexes($t);
    behaviour($t);
    dispositions($t);

    $t->new_target;
    my $tcp = $t->run('migrate', '--source', $t->source_uri(tcp => 1), '--target', $t->target_uri(socket => 1),
        '--report-dir', $t->report_dir, '--jobs', 3);
    $t->exits($tcp, 0, "$flavor: migrates over TCP with TLS, to a target behind a socket");
    arrived($t, "$flavor over TCP", $before);
    $t->done;
    done_testing();
    return;
}

sub arrived {
    my ($t, $how, $before) = @_;
    my $rows = $t->same("$how: every value is equal");
    cmp_ok(scalar keys %$rows, '>=', 50, "$how: all tables were compared");
    is_deeply([sort grep { !$rows->{$_} } keys %$rows], ['empty_table'], "$how: and none but one was empty");
    is($t->source_digest, $before, "$how: the source is what it was");
    ok($t->wait_for_quiet_target, "$how: no session is left behind");
    is($t->target_value("SELECT string_agg(nspname, ' ' ORDER BY nspname) FROM pg_namespace WHERE nspname !~ '^pg_'"),
        'information_schema pgconverge public', "$how: one schema was added, for the ledger");
    return;
}

sub types {
    my ($t) = @_;
    my %is = map { $_->[0] => $_->[1] } @{ $t->target(<<'SQL') };
SELECT c.relname || '.' || a.attname, format_type(a.atttypid, a.atttypmod)
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname !~ '[\n\t\\]' AND a.attname !~ '[\n\t\\]'
SQL
    is_deeply({ map { $_ => $is{$_} } keys %TYPES }, \%TYPES, 'the types are those of the type map');
    is($is{'documents.j'}, $t->{flavor} eq 'mysql' ? 'jsonb' : 'json', 'JSON is jsonb where it was a tree, json where it was a text');
    return;
}

sub keys_and_indexes {
    my ($t) = @_;
    my $names = "table_schema = '$t->{db}'";
    my $count = sub { $t->target_value("SELECT count(*) FROM pg_constraint WHERE conparentid = 0 AND connamespace = 'public'::regnamespace AND $_[0]") };
    is($count->("contype = 'f'"),
        $t->source_value("SELECT count(*) FROM information_schema.referential_constraints WHERE constraint_schema = '$t->{db}'"),
        'every foreign key is there');
    is($count->("contype = 'f' AND NOT convalidated"), 0, 'and validated');
    is($count->("contype = 'p'"),
        $t->source_value("SELECT count(*) FROM information_schema.table_constraints WHERE $names AND constraint_type = 'PRIMARY KEY'"),
        'every primary key is there');
    my $source_unique = $t->source_value("SELECT count(DISTINCT table_name, index_name) FROM information_schema.statistics WHERE $names AND non_unique = 0 AND index_name <> 'PRIMARY'");
    is($t->target_value("SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid WHERE NOT c.relispartition AND c.relnamespace = 'public'::regnamespace AND indisunique AND NOT indisprimary"),
        $source_unique, 'every unique index is there');
    my $plain = $t->source_value("SELECT count(DISTINCT table_name, index_name) FROM information_schema.statistics WHERE $names AND non_unique = 1 AND index_type = 'BTREE'");
    my $plain_target = $t->target_value("SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid WHERE NOT c.relispartition AND c.relnamespace = 'public'::regnamespace AND NOT indisunique");
    cmp_ok($plain_target, '>=', $plain - 3, 'plain indexes are there (but for what cannot be indexed)');
    is($t->target_value("SELECT count(*) FROM pg_index WHERE NOT indisvalid"), 0, 'every index is valid');

    my @actions = map { $_->[0] } @{ $t->target(<<'SQL') };
SELECT conrelid::regclass || ' ' || confdeltype::text || confupdtype::text FROM pg_constraint
 WHERE contype = 'f' AND conrelid IN ('big_child'::regclass, 'line_note'::regclass, 'employee'::regclass, 'ship'::regclass) ORDER BY 1
SQL
    # c cascade, n set null, a no action, r restrict
    like(join(',', @actions), qr/^big_child (?:ca|cr),big_child nc,employee n[ar],line_note cc,ship [ar][ar]$/, 'foreign keys do on update and on delete what they did');
    like($t->target_value("SELECT pg_get_indexdef(i.indexrelid) FROM pg_index i WHERE i.indrelid = 'indexed'::regclass AND pg_get_indexdef(i.indexrelid) ~ 'a, b DESC'"),
        qr/a, b DESC/, 'a descending part stays descending');
    like($t->target_value("SELECT string_agg(pg_get_indexdef(i.indexrelid), ';') FROM pg_index i WHERE i.indrelid = 'indexed'::regclass AND indisunique"),
        qr/"left"\(\(?title\)?(?:::text)?, 30\)|substr/i, 'a unique prefix index is unique over the prefix');
    return;
}

# The target as an application finds it: it is tried, each time in a transaction that is undone.
sub behaviour {
    my ($t) = @_;
    my $try = sub {
        my ($sql) = @_;
        my $rows = eval { $t->target("BEGIN; $sql; ROLLBACK;") };
        return defined $rows ? (@$rows ? $rows->[-1][0] : 'nothing') : "error: $@";
    };
    is($try->('INSERT INTO empty_table (v) VALUES (1) RETURNING id'), 1000, 'AUTO_INCREMENT of an empty table goes on');
    is($try->('INSERT INTO one_row (v) VALUES (1) RETURNING id'), 500, 'AUTO_INCREMENT ahead of the rows goes on');
    is($try->(q(INSERT INTO big_auto (code) VALUES ('new') RETURNING id)), '9007199254741000', 'AUTO_INCREMENT of a BIGINT UNSIGNED goes on');
    is($try->('INSERT INTO ship (name) VALUES (1) RETURNING id'), 101, 'AUTO_INCREMENT after the last row goes on');
    like($try->(q(INSERT INTO enums (id, e) VALUES (-1, 'nonsense'))), qr/error:.*check/s, 'an enum takes its labels only');
    is($try->(q(INSERT INTO enums (id, e) VALUES (-1, '') RETURNING n)), 'a', 'an enum label that is empty, and an enum default');
    like($try->('INSERT INTO checked (id, price, age) VALUES (9, 1, -1)'), qr/error:.*check/s, 'a CHECK of a column holds');
    like($try->('INSERT INTO checked (id, price, discount) VALUES (9, 1, 2)'), qr/error:.*check/s, 'a CHECK of a table holds');
    like($try->(q(INSERT INTO "größe" VALUES ('nein 😀'))), qr/error:.*check/s, 'a CHECK with characters of four bytes holds');
    is($try->(q(INSERT INTO "größe" DEFAULT VALUES RETURNING joined = 'é中😀é中😀????')), 't', 'and so do a default and a generated column');
    like($try->('INSERT INTO int_kinds (c_tinyint_unsigned) VALUES (-1)'), qr/error:.*check/s, 'UNSIGNED holds');
    like($try->(q(INSERT INTO ci_child VALUES (9999, 'no such parent'); SET CONSTRAINTS ALL IMMEDIATE)), qr/error:.*foreign key/s, 'a foreign key holds');
    like($try->(q(INSERT INTO indexed (title) VALUES ('title number 7'))), qr/error:.*unique/s, 'a unique index holds');
    like($try->('INSERT INTO defaults (n) VALUES (NULL)'), qr/error:.*null/s, 'NOT NULL holds');

    my ($row) = @{ $t->target(<<'SQL') };
BEGIN; INSERT INTO defaults (id) VALUES (77); SELECT n, s, e = '', nn, nu IS NULL, d, f, b, day, t, y, en, array_to_string(st, ','), encode(vb, 'hex'), flag, big, dt > now()::timestamp - interval '1 day', ts = date_trunc('second', now()) FROM defaults WHERE id = 77; ROLLBACK
SQL
    is(join('|', @$row), q(-5|it's "quoted" \\\\ é|t|NULL|t|1.50|15000000000|1010|2024-02-29|-12:00:00|2000|it's|a,b|6100ff|1|18446744073709551615|t|t) =~ s/\\\\/\\/r =~ s/é/\xc3\xa9/r,
        'defaults are what they were');
    is($try->(q(UPDATE defaults SET n = 6 WHERE id = 1 RETURNING ts > '2024-06-01' AND up > '2024-06-01')), 't', 'ON UPDATE CURRENT_TIMESTAMP acts');
    is($try->(q(UPDATE defaults SET n = 6, ts = '2001-01-01 00:00:00+00' WHERE id = 1 RETURNING ts = '2001-01-01 00:00:00+00')), 't', 'and leaves a value that was set');
    is($try->(q(UPDATE defaults SET n = n WHERE id = 1 RETURNING ts = '2024-01-01 00:00:00+00')), 't', 'and nothing when nothing changes, as in MySQL');
    is($t->target_value(q(SELECT col_description('defaults'::regclass, 1))), q(it's the "key"), 'a comment of a column');
    is($t->target_value(q(SELECT obj_description('defaults'::regclass))), "A table's comment: \"double\", back\\slash, 100%, \xc3\xa9", 'a comment of a table');
    my $computed = $t->target_value(q(SELECT count(*) FROM pg_attribute WHERE attrelid = 'generated'::regclass AND attgenerated <> ''));
    note("$computed of 6 generated columns are generated by PostgreSQL");
    return;
}

# Nothing is left out in silence: what is not there is in the report, with its source text.
sub dispositions {
    my ($t) = @_;
    my $report = $t->report;
    ok($report, 'there is a report.json') or return;
    is($report->{verdict}{word}, 'DONE, VERIFIED', 'objects that are known as not translated are no failure');
    like($report->{verdict}{reason}, qr/\b\d+ objects of the source are not translated and left to do by hand/,
        'and the verdict tells how many there are');
    my $text = JSON::PP->new->canonical->encode($report);
    for my $name (qw(busy_ships ship_log one_row_guard count_ships twice clean_log words)) {
        like($text, qr/\Q$name\E/, "the report names $name");
    }
    like($text, qr/insert into audit_log/i, "a trigger's source text is kept");
    like($text, qr/join .{0,10}captain/i, "a view's source text is kept");
    my $mode = (stat $t->report_dir . '/report.json')[2] & 0777;
    is(sprintf('%o', $mode), '600', 'the report is for its owner alone');
    return;
}

1;
