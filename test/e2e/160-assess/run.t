#!/usr/bin/perl
# What assess says of a database with one of everything that PostgreSQL cannot hold: exactly those, by
# table, column, class, count and key; of its clean sibling nothing; and the copy refuses the same rows.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use JSON::PP;
use PgcTest;
use Test::More;

# Each in a table of its own, of 30 good rows and the bad ones: name, column, good value, bad values by
# key, class, id, rule. A class that has no policy or is a note has no id.
my @PLANTS = (
    ['a_date',   'd date',                    "'2024-02-29'", { 91 => "'0000-00-00'", 92 => "'0000-00-00'" }, 'zero_date', 'PGC-4001'],
    ['b_date',   'd date NOT NULL',           "'2023-12-31'", { 91 => "'2023-02-31'", 92 => "'2024-00-10'", 93 => "'2024-04-00'", 94 => "'2023-02-29'" }, 'partial_date', 'PGC-4001'],
    ['c_time',   'd datetime(3)',             "'2000-02-29 23:59:59.999'", { 91 => "'0000-00-00 00:00:00'" }, 'zero_date', 'PGC-4001'],
    ['d_stamp',  'd timestamp NULL',          "'2024-01-01 00:00:00'", { 91 => "'0000-00-00 00:00:00'" }, 'zero_date', 'PGC-4001'],
    ['e_nul',    'd text',                    "'plain'", { 91 => "_utf8mb4 x'610062'" }, 'nul_byte', 'PGC-4002'],
    ['f_latin',  'd varchar(20) CHARACTER SET latin1', "'caf\xc3\xa9'", { 91 => "_latin1 x'e900'" }, 'nul_byte', 'PGC-4002'],
    ['g_enum',   "d enum('b', 'a')",          "'a'", { 91 => "'c'" }, 'empty_enum', 'PGC-4015'],
    ['h_bool',   'd tinyint(1)',              '1', { 91 => '2', 92 => '-1' }, 'not_boolean', 'PGC-4006', 'boolean'],
    ['i_range',  'd int unsigned',            '2147483647', { 91 => '2147483648' }, 'out_of_range', 'PGC-4004', 'integer'],
    ['j_day',    'd time(6)',                 "'23:59:59.5'", { 91 => "'-00:00:01'", 92 => "'24:00:01'" }, 'out_of_range', 'PGC-4004', 'time(6)'],
    ['k_fine',   'd datetime(6)',             "'2024-01-01 00:00:00.123'", { 91 => "'2024-01-01 00:00:00.1234'" }, 'too_long', 'PGC-4005', 'timestamp(3)'],
    ['l_long',   'd varchar(40)',             "'\xc3\xa9\xc3\xa9\xc3\xa9'", { 91 => "'four'" }, 'too_long', 'PGC-4005', 'varchar(3)'],
    ['m_uuid',   'd char(36)',                "'6ccd780c-baba-1026-9564-5b8c656024db'", { 91 => "''" }, 'empty_uuid', 'PGC-4007', 'uuid'],
    ['n_uuid',   'd varchar(40)',             "'6CCD780C-BABA-1026-9564-5B8C656024DB'", { 91 => "'6ccd780c-baba-1026-9564-5b8c656024dx'" }, 'bad_uuid', 'PGC-4007', 'uuid'],
    ['o_uuid',   'd varbinary(20)',           "x'00112233445566778899aabbccddeeff'", { 91 => "x'00'" }, 'bad_uuid', 'PGC-4007', 'uuid'],
    ['p_json',   'd longtext',                q('{"a": "\\\\u0001"}'), { 91 => q('{"a": "\\\\u0000"}') }, 'json_nul', 'PGC-4008', 'jsonb'],
    ['q_json',   'd longtext',                q('[1, 2]'), { 91 => q('[1, 2') }, 'bad_json', 'PGC-4008', 'jsonb'],
    ['r_number', 'd decimal(12,4)',           '12.5', { 91 => '12.345', 92 => '100000' }, undef, undef, 'numeric(6,2)'],
);

sub table_sql {
    my ($t, $plant, $bad) = @_;
    my ($name, $column, $good, $rows) = @$plant;
    my $sql = "CREATE TABLE $name (id int PRIMARY KEY, $column);\nINSERT INTO $name VALUES " . join(',', map { "($_, $good)" } 1 .. 30) . ";\n";
    $sql .= "INSERT INTO $name VALUES ($_, $rows->{$_});\n" for $bad ? sort keys %$rows : ();
    return $sql;
}

sub rules {
    my ($t) = @_;
    my @rules = map { $_->[6] ? sprintf qq(  "%s.d": { type: "%s" }\n), $_->[0], $_->[6] : () } @PLANTS;
    $t->file('rules.yaml', join '', "version: 1\ncolumns:\n", @rules, @_[1 .. $#_]);
    return ('-c', 'rules.yaml');
}

sub assess {
    my ($t, @more) = @_;
    my $run = $t->run('assess', '--source', $t->source_uri, '--format', 'json', @more);
    my $document = eval { decode_json($run->{out}) };
    diag($run->{err}) if !$document;
    return ($run, $document // {});
}

# The classes found, as "table.column class count [rows] severity".
sub found {
    my ($document) = @_;
    return [sort map { "$_->{table}." . ($_->{column} // '') . " $_->{class} " . ($_->{count} // '-') . ' [' . join('; ', @{ $_->{rows} }) . "] $_->{severity}" }
            grep { $_->{class} } @{ $document->{findings} }];
}

sub expected {
    my @lines;
    for my $plant (@PLANTS) {
        my ($name, undef, undef, $rows, $class) = @$plant;
        next if !$class;
        my @keys = sort { $a <=> $b } keys %$rows;
        push @lines, "$name.d $class " . @keys . ' [' . join('; ', map { "id = $_" } @keys) . '] blocker';
    }
    push @lines, 'r_number.d out_of_range 1 [id = 92] blocker', 'r_number.d too_long 1 [id = 91] blocker';
    return @lines;
}

# What decides whether the source was written to.
sub position { my ($t) = @_; return $t->source_value($t->{flavor} eq 'mysql' ? 'SELECT @@GLOBAL.gtid_executed' : 'SELECT @@GLOBAL.gtid_binlog_pos') }

my $LOOSE = "SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES';\n";
for my $flavor (PgcTest::flavors()) {
    planted($flavor);
    clean($flavor);
    others($flavor);
    invalid_text($flavor);
    wide_entries($flavor);
    wide_rows($flavor);
}
done_testing();

# ---------------------------------------------------------------------------------------------------

sub planted {
    my ($flavor) = @_;
    my $t = PgcTest->new(flavor => $flavor);
    $t->source($LOOSE . join '', map { table_sql($t, $_, 1) } @PLANTS);
    my @rules = rules($t);
    my ($digest, $position) = ($t->source_digest, position($t));
    my ($run, $document) = assess($t, @rules);
    $t->exits($run, 3, "$flavor: a planted database");
    is_deeply(found($document), [sort(expected())], "$flavor: exactly what was planted");
    for my $plant (grep { $_->[5] } @PLANTS) {
        my ($finding) = grep { ($_->{table} // '') eq $plant->[0] && $_->{class} } @{ $document->{findings} };
        is($finding->{id}, $plant->[5], "$flavor: $plant->[0] has its id");
        like($finding->{fix}, qr/columns: \{ "$plant->[0]\.d": \{ $plant->[4]: /, "$flavor: $plant->[0]: the rule is for its column");
    }
    is_deeply(found((assess($t, @rules, '--chunk-rows', 7, '--jobs', 3))[1]), [sort(expected())], "$flavor: in parts, by several readers, the same");
    is($t->source_digest, $digest, "$flavor: the source is what it was");
    is(position($t), $position, "$flavor: and nothing was written to its log");
    my $estimate = $document->{estimate};
    ok($estimate && $estimate->{window_ms} == $estimate->{copy_ms} + $estimate->{indexes_ms} + $estimate->{compare_ms}, "$flavor: an estimate of the window");
    ok(!$estimate->{read_measured} && !$estimate->{write_measured}, "$flavor: and what of it is assumed");
    is(scalar grep({ $_->{columns} } @{ $document->{plan}{tables} }), scalar @PLANTS, "$flavor: every decision of the plan is in it");
    my $text = $t->run('assess', '--source', $t->source_uri, @rules);
    $t->exits($text, 3, "$flavor: as text");
    like($text->{out}, qr/^BLOCKERS.*PGC-4001.*\ba_date\.d\b.*row\s+id = 91\n\s+id = 92\n/s, "$flavor: for people, by severity, with keys");

    # migrate refuses all at once, before anything stands in the target
    $run = $t->migrate(@rules);
    $t->exits($run, 6, "$flavor: migrate refuses");
    $t->says($run, "$flavor: all at once", map { qr/\b$_->[0]\.d\b/ } @PLANTS[0 .. 5]);
    is($t->target_value("SELECT count(*) FROM pg_namespace WHERE nspname = 'pgconverge'") + $t->target_value("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"), 0, "$flavor: nothing stands in the target");

    # the copy, unwarned, refuses the same rows
    for my $i (grep { $_ % 2 == ($flavor eq 'mysql') } 0 .. $#PLANTS) {    # the other half on the other server
        my ($name, undef, undef, $rows, undef, $id) = @{ $PLANTS[$i] };
        my $copy = $t->migrate(@rules, '--pre-scan', 'none', '--tables', $name, '--restart');
        $t->exits($copy, 6, "$flavor: the copy refuses $name");
        my $keys = join '|', sort keys %$rows;
        $t->says($copy, "$flavor: the copy refuses the same row of $name", $id // qr/PGC-400[45]/, qr/\b$name\.d\b/, qr/\bid = (?:$keys)\b/);
    }
    $t->done;
    return;
}

sub clean {
    my ($flavor) = @_;
    my $t = PgcTest->new(flavor => $flavor);
    $t->source($LOOSE . join '', map { table_sql($t, $_, 0) } @PLANTS);
    my @rules = rules($t);
    my ($run, $document) = assess($t, @rules);
    is_deeply([grep { !/could_be_uuid/ } @{ found($document) }], [], "$flavor: nothing is found in the clean sibling");
    is($document->{blockers}, 0, "$flavor: no blockers");
    $t->exits($run, $document->{changes} ? 3 : 0, "$flavor: the clean sibling");
    my $migrated = $t->migrate(@rules, '--chunk-rows', 7);
    $t->exits($migrated, [0, 3], "$flavor: it migrates");
    my ($phase) = grep { $_->{name} eq 'pre-scan' } @{ $t->report->{phases} };
    ok($phase, "$flavor: the report has the phase");
    my $again = $t->migrate(@rules, '--chunk-rows', 7);
    unlike($again->{err}, qr/pre-scan/, "$flavor: a finished run is not searched again");
    $t->done;
    return;
}

# Notes, policies, references, names, tables without keys and rows; interrupted.
sub others {
    my ($flavor) = @_;
    my $t = PgcTest->new(flavor => $flavor);
    $t->source($LOOSE . <<'SQL');
CREATE TABLE `odd ``"one` (`k ``"` int PRIMARY KEY, `d "` date NOT NULL, n varchar(20) CHARACTER SET latin1, u char(36), w text);
INSERT INTO `odd ``"one` VALUES (1, '2024-01-01', 'plain', '6ccd780c-baba-1026-9564-5b8c656024db', 'fine'),
  (2, '0000-00-00', _latin1 x'c3a9', '6ccd780c-baba-1026-9564-5b8c656024da', _utf8mb4 x'c383c2a9'), (3, '2024-01-01', _latin1 x'e9', NULL, _utf8mb4 x'c3a9');
CREATE TABLE nokey (a int, d date); INSERT INTO nokey VALUES (1, '0000-00-00'), (2, NULL);
CREATE TABLE `empty` (a text, d date);
CREATE TABLE wide (id bigint unsigned PRIMARY KEY, v int); INSERT INTO wide VALUES (9223372036854775807, 1), (9223372036854775808, 2);
CREATE TABLE child (id int PRIMARY KEY, parent int, CONSTRAINT child_parent FOREIGN KEY (parent) REFERENCES `odd ``"one` (`k ``"`));
SET foreign_key_checks = 0; INSERT INTO child VALUES (1, 1), (815, 99), (816, NULL);
SQL
    my ($run, $document) = assess($t);
    $t->exits($run, 3, "$flavor: odd tables");
    my $name = 'odd `"one';
    my @all = ("$name.d \" zero_date 1 [k `\" = 2] blocker", "$name.n twice_encoded 1 [k `\" = 2] note", "$name.u could_be_uuid - [] note",
        "$name.w twice_encoded 1 [k `\" = 2] note", 'nokey.d zero_date 1 [(the table has no usable key)] blocker',
        'wide.id out_of_range 1 [id = 9223372036854775808] blocker', 'child. orphan 1 [id = 815, parent -> 99] changes');
    is_deeply(found($document), [sort @all], "$flavor: all of them");

    # policies: what they settle is a change, what they do not settle still stops the run
    $t->file('policies.yaml', "version: 1\nvalues: { zero_date: \"null\" }\nmax_quarantined: 1\ncolumns:\n  \"wide.id\": { out_of_range: quarantine }\n");
    ($run, $document) = assess($t, '-c', 'policies.yaml', '--tables', 'nokey,wide');
    $t->exits($run, 3, "$flavor: settled by policies");
    is($document->{blockers}, 0, "$flavor: settled by policies: no blockers");
    is_deeply([grep { /changes/ } @{ found($document) }], ['nokey.d zero_date 1 [(the table has no usable key)] changes', 'wide.id out_of_range 1 [id = 9223372036854775808] changes'], "$flavor: and told as changes");
    ($run, $document) = assess($t, '-c', 'policies.yaml', '--tables', 'odd*');
    my @refused = grep { $_->{severity} eq 'blocker' } @{ $document->{findings} };
    is_deeply([map { $_->{id} } @refused], ['PGC-4001'], "$flavor: null for all columns is not meant for one that takes none");
    $t->file('place.yaml', qq(version: 1\ncolumns:\n  "odd*.d*": { zero_date: "null" }\n));
    ($run, $document) = assess($t, '-c', 'place.yaml', '--tables', 'odd*');
    @refused = grep { $_->{severity} eq 'blocker' } @{ $document->{findings} };
    is_deeply([map { $_->{id} } @refused], ['PGC-4017', 'PGC-4017'], "$flavor: a NULL has no place in a NOT NULL column, by the plan and by the data");
    $t->file('full.yaml', "version: 1\ncolumns:\n  \"wide.id\": { out_of_range: quarantine }\n");
    ($run, $document) = assess($t, '-c', 'full.yaml', '--tables', 'wide');
    is_deeply([map { $_->{id} } grep { $_->{severity} eq 'blocker' } @{ $document->{findings} }], ['PGC-4019'], "$flavor: more rows set aside than allowed");

    # references alone
    $run = $t->migrate('--pre-scan', 'constraints', '--exclude', 'nokey,wide,odd*,child');
    $t->exits($run, 0, "$flavor: constraints alone");
    $t->source('CREATE TABLE many (id int PRIMARY KEY, v text); INSERT INTO many WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900) SELECT i, repeat("x", 100) FROM n');
    $run = $t->start('assess', '--source', $t->source_uri, '--chunk-rows', 1, '--jobs', 1, '--log-format', 'json');
    PgcTest::wait_for(60, sub { $run->err =~ /phase\.start/ || !$run->is_running });
    $run->kill('INT');
    $run->wait(60);
    $t->exits($run, 130, "$flavor: INT");
    is($t->source_value("SELECT count(*) FROM information_schema.processlist WHERE user = '$t->{user}'"), 0, "$flavor: INT: its sessions are gone");
    $t->done;
    return;
}

# Bytes that are no text, put under a text column as old servers left them: see 030-bad-input.
sub invalid_text {
    my ($flavor) = @_;
    my $t = PgcTest->new(flavor => $flavor);
    my $body = 'id int NOT NULL PRIMARY KEY, d %s NOT NULL';
    $t->source(sprintf("CREATE TABLE raw ($body); INSERT INTO raw VALUES (1, 'fine'), (4711, x'61ff62'), (3, x'c3a9'), (4712, x'eda080');", 'varbinary(40)')
            . sprintf('CREATE TABLE odd (%s) DEFAULT CHARACTER SET utf8mb4; ALTER TABLE odd DISCARD TABLESPACE;', sprintf $body, 'varchar(10)'));
    my $data = $t->source_value('SELECT @@datadir') . $t->{db};
    my $copied = $t->source_while('FLUSH TABLES raw FOR EXPORT', sub { system('cp', '-p', "$data/raw.ibd", "$data/odd.ibd") == 0 });
    ok($copied, "$flavor: a table with invalid bytes can be made") or return;
    $t->source('ALTER TABLE odd IMPORT TABLESPACE; DROP TABLE raw;');
    my ($run, $document) = assess($t);
    is_deeply(found($document), ['odd.d invalid_bytes 2 [id = 4711; id = 4712] blocker'], "$flavor: invalid bytes, a lone surrogate among them");
    my $migrate = $t->migrate;
    $t->exits($migrate, 6, "$flavor: invalid bytes stop migrate");
    $t->says($migrate, "$flavor: with id and rows", 'PGC-4003', qr/\bodd\.d\b/, qr/id = 4711\n\s+id = 4712/);
    $t->done;
    return;
}

# A literal that PostgreSQL cannot compress: ASCII, or latin1 above it, which has two bytes in UTF-8.
sub noise {
    my ($chars, $above_ascii) = @_;
    srand 4711;
    my $bytes = join '', map { chr($above_ascii ? 0xc0 + int rand 64 : 0x21 + int rand 94) } 1 .. $chars;
    return sprintf q(_%s x'%s'), $above_ascii ? 'latin1' : 'utf8mb4', unpack 'H*', $bytes;
}

# Entries of indexes at PostgreSQL's limit and above it; whether they are is asked of PostgreSQL by building them.
sub wide_entries {
    my ($flavor) = @_;
    my $t = PgcTest->new(flavor => $flavor);
    my ($fits, $above) = map { noise($_) } 2692, 2693;
    my ($half, $more) = map { noise($_) } 1300, 1450;
    my $same = q(REPEAT('x', 3000));
    $t->source(<<"SQL");
CREATE TABLE a_fits (id int PRIMARY KEY, v varchar(3000) CHARACTER SET ascii, UNIQUE KEY a_v (v)); INSERT INTO a_fits VALUES (1, $fits), (2, NULL), (3, '');
CREATE TABLE b_above (id int PRIMARY KEY, v varchar(3000) CHARACTER SET ascii, UNIQUE KEY b_v (v)); INSERT INTO b_above VALUES (1, $fits), (815, $above), (3, NULL);
CREATE TABLE c_packed (id int PRIMARY KEY, v varchar(3000) CHARACTER SET ascii, KEY c_v (v)); INSERT INTO c_packed VALUES (1, $same);
CREATE TABLE d_latin (id int PRIMARY KEY, v varchar(1500) CHARACTER SET latin1, KEY d_v (v)); INSERT INTO d_latin VALUES (1, ${\ noise(1346, 1)}), (7, ${\ noise(1347, 1)});
CREATE TABLE e_bytes (k varbinary(3000) PRIMARY KEY); INSERT INTO e_bytes VALUES ($fits), ($above);
CREATE TABLE f_parts (id int PRIMARY KEY, v varchar(1500) CHARACTER SET ascii NOT NULL, n int NOT NULL, w varchar(1500) CHARACTER SET ascii NOT NULL, KEY f_vw (v, n, w), KEY f_wv (w, v));
INSERT INTO f_parts VALUES (1, $half, 1, $half), (2, $half, 2, $more), (3, '', 3, $more);
CREATE TABLE `g ``"odd` (`k "` varchar(40) PRIMARY KEY, v text, KEY `g_v` (v(700)), KEY g_short (v(500))); INSERT INTO `g ``"odd` VALUES ('a "\\n', CONCAT(REPEAT('Ã©', 699), $above)), ('b', $above);
CREATE TABLE h_small (id int PRIMARY KEY, v varchar(255), w varchar(255), KEY h_vw (v, w)); INSERT INTO h_small VALUES (1, 'x', 'y');
CREATE TABLE i_nokey (v varchar(3000) CHARACTER SET ascii, KEY i_v (v)); INSERT INTO i_nokey VALUES ($above);
SQL
    my ($run, $document) = assess($t);
    $t->exits($run, 3, "$flavor: entries of indexes");
    is($document->{blockers}, 0, "$flavor: entries of indexes are no blockers");
    my %found = map { $_->{object} =~ /([a-z]_\w+)$/ ? ($1 => $_) : () } grep { ($_->{class} // '') eq 'index_too_wide' } @{ $document->{findings} };
    is_deeply({ map { $_ => [$found{$_}{count}, @{ $found{$_}{rows} }] } keys %found }, {
        b_v  => [1, 'id = 815: 2693 bytes'],
        c_v  => [1, 'id = 1: 3000 bytes'],
        d_v  => [1, 'id = 7: 2694 bytes'],
        e_bytes_pkey => [1, 'k = 0x' . uc(substr $above =~ s/.*x'//r, 0, 100) . ': 2693 bytes'],
        f_vw => [1, 'id = 2: 2750 bytes'],
        f_wv => [1, 'id = 2: 2750 bytes'],
        i_v  => [1, '(the table has no primary key): 2693 bytes'],
    }, "$flavor: the rows whose entries may be too wide") or diag(explain(\%found));
    is($found{b_v}{severity}, 'changes', "$flavor: they change the meaning");
    like($found{b_v}{text}, qr/in 1 row: above 2692 bytes \(the longest has 2693\)/, "$flavor: with the limit and the longest");
    like($found{b_v}{fix}, qr/md5/, "$flavor: and what to do");
    my $text = $t->run('assess', '--source', $t->source_uri);
    like($text->{out}, qr/b_v\b.*\n.*too wide for PostgreSQL.*\n(?:.*\n)*?\s+row\s+id = 815: 2693 bytes/, "$flavor: for people");

    # PostgreSQL refuses those, but what it compresses; and no other
    $run = $t->migrate;
    $t->exits($run, 3, "$flavor: entries too wide are findings of the run");
    my $built = $t->target(q(SELECT c.relname FROM pg_class c WHERE c.relkind = 'i' AND c.relnamespace = 'public'::regnamespace AND c.relname ~ '^[a-z]_(v|vw|wv|short)$' ORDER BY 1));
    is_deeply([map { $_->[0] } @$built], ['a_v', 'c_v', 'g_short', 'g_v', 'h_vw'], "$flavor: PostgreSQL builds all others, and one that it compresses");
    is($t->target_value('SELECT count(*) FROM e_bytes'), 2, "$flavor: the rows are there");
    $t->done;
    return;
}

# Rows that no page of PostgreSQL holds, by the plan; PostgreSQL is asked with the widest that is let through.
sub wide_rows {
    my ($flavor) = @_;
    my $t = PgcTest->new(flavor => $flavor);
    my $columns = sub { my ($n, $type) = @_; return join ', ', map { "c$_ $type" } 1 .. $n };
    $t->source("CREATE TABLE a_many (${\ $columns->(1601, 'tinyint NOT NULL')}) ENGINE=MyISAM; CREATE TABLE b_times (${\ $columns->(509, 'time NOT NULL')});"
            . "CREATE TABLE c_fits (${\ $columns->(508, 'time NOT NULL')}, d tinyint NOT NULL, e tinyint NOT NULL, f tinyint NOT NULL, g tinyint NOT NULL);"
            . "INSERT INTO c_fits VALUES (" . join(', ', ("'00:00:01'") x 508, 1, 2, 3, 4) . ');');
    my ($run, $document) = assess($t);
    my %found = map { $_->{object} =~ /\.(\w+)$/ ? ("$1 $_->{severity}" => $_->{text}) : () } grep { ($_->{text} // '') =~ /PostgreSQL takes|a page of/ } @{ $document->{findings} };
    is_deeply([sort keys %found], ['a_many blocker', 'b_times blocker', 'c_fits note'], "$flavor: tables with too wide rows");
    like($found{'a_many blocker'}, qr/1601 columns/, "$flavor: too many columns");
    like($found{'b_times blocker'}, qr/a row has 8168 bytes or more, .* holds 8160/, "$flavor: too wide rows");
    $run = $t->migrate('--exclude', 'a_many,b_times');
    $t->exits($run, 0, "$flavor: the widest row");
    is($t->target_value('SELECT count(*) FROM c_fits'), 1, "$flavor: the widest row arrives");
    $t->done;
    return;
}
