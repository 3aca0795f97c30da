#!/usr/bin/perl
# Values that PostgreSQL cannot hold, planted in every class, under the policies of the configuration:
# what is changed, what is set aside, what is counted; and that nothing is lost or allowed by accident.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use JSON::PP;
use PgcTest;
use Test::More;

my $planted = <<'SQL';
SET sql_mode = 'ALLOW_INVALID_DATES,NO_ENGINE_SUBSTITUTION';
CREATE TABLE days (id int PRIMARY KEY, d date, dt datetime(3), ts timestamp NULL, must datetime NOT NULL);
INSERT INTO days VALUES (1, '0000-00-00', '2024-02-31 10:00:00.5', NULL, '2020-01-01 00:00:00'),
    (2, '2024-00-07', '0000-00-00 00:00:00', '0000-00-00 00:00:00', '0000-00-00 00:00:00'),
    (3, '2024-05-06', '2024-05-06 07:08:09.123', '2024-05-06 07:08:09', '2024-05-06 07:08:09');
CREATE TABLE words (id int PRIMARY KEY, a varchar(40) CHARACTER SET utf8mb4, b varbinary(40), c varchar(40), cut varchar(40), e enum('x', 'y'), u char(36), f tinyint(1), j longtext, `o'"` varchar(20));
INSERT INTO words VALUES (1, CONCAT('a', CHAR(0), 'b'), 'ok', 'abc', 'äöüß', 'x', '6ccd780c-baba-1026-9564-5b8c656024db', 1, '{"a": 1}', 'q'),
    (2, 'ok', x'41ff42', 'abc   ', 'abc', '', '', 2, '"\\u0000z"', 'q'),
    (3, CONCAT(CHAR(0), 'x'), x'ff', 'abc ', '', 'y', 'some-name', -3, 'no json', 'q''"\\'),
    (4, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
CREATE TABLE numbers (id int PRIMARY KEY, n bigint, dec_ decimal(10,4), t time(3), big bigint unsigned);
INSERT INTO numbers VALUES (1, 40000, 12345.6789, '25:00:00.5', 18446744073709551615), (2, -40000, -1.9999, '-00:00:01', 5), (3, 7, 1.5, '12:30:00.999', 6);
SQL

# the target's types, and at each column what stands in the place of %s
sub rules {
    my ($policy) = @_;
    return <<"YAML";
columns:
  words.b: { type: text }
  words.c: { type: "varchar(3)" }
  words.cut: { type: "varchar(3)", too_long: $policy }
  words.u: { type: uuid }
  words.f: { type: boolean }
  words.j: { type: jsonb }
  numbers.n: { type: smallint }
  numbers.dec_: { type: "numeric(5,2)", too_long: $policy }
  numbers.t: { type: "time(0)", too_long: $policy }
  numbers.big: { type: bigint }
YAML
}

sub config {
    my ($t, $text) = @_;
    return ('-c', $t->file('pgconverge.yaml', "version: 1\n$text"));
}

sub rows {
    my ($t, $query) = @_;
    return join "\n", map { join '|', @$_ } @{ $t->target($query) };
}

# "table.column class policy" => how many values, as the report tells it
sub changes {
    my ($report) = @_;
    return { map { ("$_->{table}.$_->{column} $_->{class} $_->{policy}" => $_->{values}) } @{ $report->{changed_values} } };
}

sub aside {
    my ($report) = @_;
    return { map { ("$_->{table}.$_->{column} $_->{class}" => $_->{rows}) } @{ $report->{set_aside} } };
}

my $replaced = <<'YAML';
values: { zero_date: replace, partial_date: replace, nul_byte: strip, invalid_bytes: replace, too_long: strip, json_nul: replace,
          bad_json: "null", empty_uuid: replace, bad_uuid: "null", empty_enum: replace, not_boolean: replace, out_of_range: replace }
YAML

sub test_replaced {
    my ($t, $flavor) = @_;
    $t->exits($t->migrate(config($t, $replaced . rules('replace') . "  days.d: { zero_date: \"null\" }\n")), 0, "$flavor: all is changed as asked");
    is(rows($t, 'SELECT * FROM days ORDER BY id'), <<'ROWS' =~ s/\n\z//r, 'dates');
1||2024-02-29 10:00:00.5||2020-01-01 00:00:00
2|2024-01-07|-infinity|-infinity|-infinity
3|2024-05-06|2024-05-06 07:08:09.123|2024-05-06 07:08:09+00|2024-05-06 07:08:09
ROWS
    is(rows($t, q(SELECT id, a, b, '<' || c || '>', cut, e, u, f, j, "o'""" FROM words ORDER BY id)), <<"ROWS" =~ s/\n\z//r, 'text');
1|ab|ok|<abc>|\xc3\xa4\xc3\xb6\xc3\xbc|x|6ccd780c-baba-1026-9564-5b8c656024db|t|{"a": 1}|q
2|ok|A\xef\xbf\xbdB|<abc>|abc||00000000-0000-0000-0000-000000000000|t|"\xef\xbf\xbdz"|q
3|x|\xef\xbf\xbd|<abc>||y||t||q'"\\
4|||||||||
ROWS
    is(rows($t, 'SELECT * FROM numbers ORDER BY id'), <<'ROWS' =~ s/\n\z//r, 'numbers');
1|32767|999.99|24:00:00|9223372036854775807
2|-32768|-1.99|00:00:00|5
3|7|1.50|12:30:00|6
ROWS
    my $report = $t->report;
    is_deeply(changes($report), {
        'days.d partial_date replace' => 1, 'days.d zero_date null' => 1, 'days.dt partial_date replace' => 1, 'days.dt zero_date replace' => 1,
        'days.must zero_date replace' => 1, 'days.ts zero_date replace' => 1, 'numbers.big out_of_range replace' => 1,
        'numbers.dec_ out_of_range replace' => 1, 'numbers.dec_ too_long replace' => 1, 'numbers.n out_of_range replace' => 2,
        'numbers.t out_of_range replace' => 2, 'numbers.t too_long replace' => 2, 'words.a nul_byte strip' => 2, 'words.b invalid_bytes replace' => 2,
        'words.c too_long strip' => 2, 'words.cut too_long replace' => 1, 'words.e empty_enum replace' => 1, 'words.f not_boolean replace' => 2,
        'words.j bad_json null' => 1, 'words.j json_nul replace' => 1, 'words.u bad_uuid null' => 1, 'words.u empty_uuid replace' => 1
    }, 'every changed value is counted');
    my ($ranges) = grep { "$_->{table}.$_->{column}" eq 'numbers.n' } @{ $report->{changed_values} };
    is_deeply($ranges->{samples}, ['id = 1', 'id = 2'], 'with the keys of its rows, and no values');
    is($ranges->{effect}, 'becomes the nearest value of the target type', 'and the effect');
    like($report->{verdict}{reason}, qr/By policy 29 values were changed and 0 rows were set aside/, 'the verdict tells the count');
    like(PgcTest::slurp($t->report_dir . '/report.txt'), qr/^POLICIES\n.*words\.a   nul_byte: the NULs are taken out   2 values/ms, 'and the text');
    is(rows($t, q(SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'e_labels')) =~ /''::text/ ? 1 : 0, 1, 'the CHECK takes the empty label');
    return;
}

# 2. Rows are set aside, whole; the rest arrives as it is.
sub test_aside {
    my ($t, $flavor) = @_;
    my $all = 'values: { ' . join(', ', map { "$_: quarantine" } qw(zero_date partial_date nul_byte invalid_bytes too_long json_nul bad_json empty_uuid bad_uuid empty_enum not_boolean out_of_range)) . " }\n";
    my @config = config($t, $all . rules('quarantine'));
    $t->new_target;
    my $before = $t->migrate(@config);
    $t->exits($before, 6, "$flavor: the pre-scan counts what would be set aside");
    $t->says($before, 'and tells it before a row is copied', 'PGC-4019', qr/8 rows would be set aside/);
    push @config, '--pre-scan', 'none';    # from here on it is for the copy to find
    # MariaDB's own work in the background moves its LSN: nothing proves then that a run may go on
    my @again = $flavor eq 'mariadb' ? '--restart' : ();
    $t->new_target;
    my $run = $t->migrate(@config);
    $t->exits($run, 6, "$flavor: no row may be set aside where nothing is said");
    $t->says($run, 'says so, and how to go on', 'PGC-4019', 'max_quarantined', qr/0 are allowed/, qr/Continue with/);
    unlike($run->{err}, qr/--restart/, 'which is not from the beginning');
    $run = $t->migrate(@config, '--max-quarantined', 7, @again);
    $t->exits($run, 6, 'too few');
    cmp_ok($t->target_value('SELECT rows FROM pgconverge.set_aside'), '<=', 7, 'never more than allowed');
    $run = $t->migrate(@config, '--max-quarantined', 8, @again);
    $t->exits($run, 3, 'with the limit raised the run goes on');
    $t->says($run, 'the verdict tells it', 'DONE, ROWS SET ASIDE', qr/8\s+rows\s+were\s+set\s+aside/);
    is(rows($t, 'SELECT source_table, row_key, column_name, class FROM pgconverge.quarantine ORDER BY 1, 2'), <<'ROWS' =~ s/\n\z//r, 'each row with its key, column and class');
days|id = 1|d|zero_date
days|id = 2|d|partial_date
numbers|id = 1|n|out_of_range
numbers|id = 2|n|out_of_range
numbers|id = 3|t|too_long
words|id = 1|a|nul_byte
words|id = 2|b|invalid_bytes
words|id = 3|a|nul_byte
ROWS
    my $report = $t->report;
    is_deeply(aside($report), { 'days.d partial_date' => 1, 'days.d zero_date' => 1, 'numbers.n out_of_range' => 2, 'numbers.t too_long' => 1,
        'words.a nul_byte' => 2, 'words.b invalid_bytes' => 1 }, 'counted by what each was refused for first');
    is(join(' ', map { "$_->{table}=$_->{counted}:$_->{written}+$_->{set_aside}:$_->{equal}" } @{ $report->{rows} }), 'days=3:1+2:1 numbers=3:0+3:1 words=4:1+3:1',
        'counted = written + set aside');
    my $status = $t->run('status', '--target', $t->target_uri);
    $t->says($status, 'status tells it', 'Set aside by policy: 8 rows of at most 8');
    is(rows($t, q(SELECT column_names::text, encode(column_values[2], 'hex'), column_values[6] IS NULL, convert_from(column_values[8], 'UTF8') FROM pgconverge.quarantine WHERE source_table = 'words' AND row_key = 'id = 1')),
        q({id,a,b,c,cut,e,u,f,j,"o'\""}|610062|f|1), 'the whole row, byte by byte');
    is(rows($t, q(SELECT convert_from(v, 'UTF8') FROM pgconverge.quarantine, unnest(column_values) WITH ORDINALITY u (v, at) WHERE source_table = 'numbers' AND row_key = 'id = 1' ORDER BY at)),
        "1\n40000\n12345.6789\n25:00:00.500\n18446744073709551615", 'numbers and times as MySQL prints them');
    return;
}

# 2b. What is set aside is listed, written out exactly, and tried again.
sub test_quarantine {
    my ($t, $flavor) = @_;
    my @target = ('--target', $t->target_uri);
    my $list = $t->run('quarantine', 'list', @target);
    $t->exits($list, 0, "$flavor: quarantine list");
    $t->says($list, 'counts and keys', qr/^8 rows are set aside/m, qr/words\.a  2 rows  nul_byte: byte 2 of 3 is the character NUL|words\.a  2 rows  nul_byte: byte 1 of 2/, 'id = 3');
    unlike($list->{out}, qr/some-name|6ccd780c/, 'and no values');
    is(JSON::PP->new->decode($t->run('quarantine', 'list', '--format', 'json', @target)->{out})->{rows}, 8, 'as JSON');

    my $file = "$t->{dir}/rows.jsonl";
    my $run = $t->run('quarantine', 'export', '--format', 'json', '-o', $file, @target);
    $t->exits($run, 0, 'export to a file');
    is(sprintf('%o', (stat $file)[2] & 07777), 600, 'for its owner alone');
    my %rows = map { ("$_->{table} $_->{row}" => $_) } map { JSON::PP->new->utf8->decode($_) } split /\n/, PgcTest::slurp($file);
    is(scalar keys %rows, 8, 'all rows');
    my $words = $rows{'words id = 3'}{values};
    is_deeply([@$words{'a', 'b', 'u', q(o'")}], [{ hex => '0078' }, { hex => 'ff' }, 'some-name', q(q'"\\)], 'values: text where it is text, else hexadecimal');
    is($rows{'words id = 1'}{values}{cut}, "\x{e4}\x{f6}\x{fc}\x{df}", 'text in its characters');
    is_deeply([@{ $rows{'numbers id = 1'}{values} }{qw(n dec_ t big)}], ['40000', '12345.6789', '25:00:00.500', '18446744073709551615'], 'numbers at full precision');
    ok(exists $rows{'days id = 1'}{values}{ts} && !defined $rows{'days id = 1'}{values}{ts}, 'NULL is null');
    $run = $t->run('quarantine', 'export', @target);
    like($run->{out}, qr/\Anumber,table,row,column,class,reason,name,form,value\r\n/, 'CSV has a head');
    like($run->{out}, qr/^\d+,"words","id = 3","a",nul_byte,"[^"]+","o'""",text,"q'""\\"\r$/m, 'and quotes its values');
    like($run->{out}, qr/^\d+,"days","id = 1",.*,"ts",null,\r$/m, 'and NULLs');
    $t->exits($t->run('quarantine', 'export', '-o', "$t->{dir}/no/such/folder", @target), 2, 'a path that cannot be written');

    # tried again as it was: nothing comes in
    my $rules = rules('quarantine');
    my @again = ('quarantine', 'retry', '--source', $t->source_uri, @target);
    my @kept = map { "$_: quarantine" } qw(zero_date partial_date nul_byte invalid_bytes too_long json_nul bad_json empty_uuid bad_uuid empty_enum not_boolean out_of_range);
    my $count = sub { rows($t, 'SELECT count(*) FROM pgconverge.quarantine') };
    $run = $t->run(@again, config($t, 'values: { ' . join(', ', @kept) . " }\n$rules"));
    $t->exits($run, 3, 'retry under the same policies');
    $t->says($run, 'says what is still refused', qr/^0 rows written; 8 stay set aside:/m, 'words  id = 1');
    # with another type for a column it is not what the run made
    (my $other = $rules) =~ s/smallint/integer/;
    $run = $t->run(@again, config($t, $other));
    $t->exits($run, 8, 'a plan of other types');
    $t->says($run, 'is refused with its table', 'PGC-8005', 'numbers');
    # one row comes in, which is our own doing: nobody else wrote
    $run = $t->run(@again, config($t, 'values: { ' . join(', ', grep { !/too_long/ } @kept) . " }\n" . rules('replace')));
    $t->says($run, 'one row by another policy', qr/^1 row written; 7 stay set aside:/m);
    $t->says($t->run('discard', @target), 'discard says what it would throw away, and asks', qr/with 7 rows that were set aside/);
    # some policies more, one row whose key is taken meanwhile
    $t->target("INSERT INTO numbers (id, n) VALUES (2, 1)");
    $run = $t->run(@again, config($t, "values: { zero_date: replace, out_of_range: replace, nul_byte: strip, partial_date: quarantine }\n" . rules('replace')));
    $t->exits($run, 3, 'retry under other policies');
    $t->says($run, 'what comes in and what stays', qr/rows written; 5 stay set aside:/, qr/numbers  id = 2\n.*duplicate key/);
    is(rows($t, 'SELECT * FROM numbers WHERE id <> 2 ORDER BY id'), "1|32767|999.99|24:00:00|9223372036854775807\n3|7|1.50|12:30:00|6", 'they are in their table as the policies say');
    is($count->(), 5, 'and no longer in the quarantine');
    $t->target('DELETE FROM numbers WHERE id = 2');
    $run = $t->run(@again, config($t, $replaced . rules('replace') . "  days.d: { zero_date: \"null\" }\n"));
    $t->exits($run, 3, 'all the others but one');
    $t->says($run, 'which the constraints of the target refuse', qr/^4 rows written; 1 stays set aside:\n  words  id = 2\n.*"e_labels"/m);
    $run = $t->run(@again, config($t, $replaced . rules('replace') . "  words.e: { empty_enum: \"null\" }\n"));
    $t->exits($run, 0, 'and the last');
    is($count->(), 0, 'nothing is left');
    is(rows($t, q(SELECT id, a, u, f, j, "o'""" FROM words ORDER BY id)), "1|ab|6ccd780c-baba-1026-9564-5b8c656024db|t|{\"a\": 1}|q\n2|ok|00000000-0000-0000-0000-000000000000|t|\"\xef\xbf\xbdz\"|q\n3|x||t||q'\"\\\n4|||||", 'as if they had never been set aside');
    is(rows($t, q(SELECT sum(changed) FROM pgconverge.changed)), 29, 'what was changed on the way is counted');
    $t->says($t->run('discard', '--overwrite-target', @target), 'the quarantine is empty: nothing is said of it', qr/and its ledger(?! with)/);
    is(rows($t, q(SELECT rows FROM pgconverge.set_aside)), 0, 'the count of the run is down');
    return;
}

# 3. Many chunks, many workers, rows too wide to keep many of: killed where it hurts, and never more
# than allowed.
sub test_many {
    my ($t, $flavor) = @_;
    my $seq = 'WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 1000) SELECT';
    $t->source(<<"SQL");
DROP TABLE days, words, numbers;
SET sql_mode = 'ALLOW_INVALID_DATES', max_error_count = 0;
CREATE TABLE many (id int PRIMARY KEY, d date, pad varchar(200));
INSERT INTO many $seq n, IF(n % 10 = 0, '0000-00-00', IF(n % 7 = 0, '2024-02-31', '2024-01-01')), REPEAT('x', 200) FROM s;
INSERT INTO many SELECT id + 1000, d, pad FROM many; INSERT INTO many SELECT id + 2000, d, pad FROM many; INSERT INTO many SELECT id + 4000, d, pad FROM many;
CREATE TABLE wide (id int PRIMARY KEY, d date, body longblob);
INSERT INTO wide VALUES (1, '0000-00-00', REPEAT('ab', 3000000)), (2, '2024-01-01', REPEAT('cd', 1000000)), (3, '0000-00-00', REPEAT('ef', 5500000)), (4, '0000-00-00', x'00ff');
SQL
    my @arguments = (config($t, "jobs: 4\nchunk_rows: 200\nvalues: { zero_date: quarantine, partial_date: replace }\n"), '--max-quarantined', 803);
    $t->new_target;
    my ($killed, @points) = (0, $flavor eq 'mysql' ? ('chunk-set-aside:1', 'chunk-before-commit:4', 'chunk-set-aside:9', 'chunk-after-commit:6') : ());
    for my $point (@points) {
        my $run = $t->migrate({ env => { PGCONVERGE_CRASH_AT => $point } }, @arguments);
        $killed++ if $run->{signal};
        $t->wait_for_quiet_target;
        is(rows($t, q(SELECT sum(rows_quarantined) = (SELECT rows FROM pgconverge.set_aside) AND sum(rows_quarantined) = (SELECT count(*) FROM pgconverge.quarantine) FROM pgconverge.chunk)), 't',
            "$flavor: killed at $point: the ledger and the rows set aside agree");
    }
    is($killed, scalar @points, 'it was killed each time');
    $t->exits($t->migrate(@arguments), 3, 'the last run ends it');
    is(rows($t, q(SELECT count(*), count(DISTINCT row_key) FROM pgconverge.quarantine WHERE source_table = 'many')), '800|800', 'each row once');
    is(rows($t, q(SELECT row_key, length(column_values[3]), md5(column_values[3]) FROM pgconverge.quarantine WHERE source_table = 'wide' ORDER BY 1)),
        join("\n", map { join '|', "id = $_->[0]", @{ $t->source("SELECT LENGTH(body), MD5(body) FROM wide WHERE id = $_->[0]")->[0] } } [1], [3], [4]), 'wide rows are whole') if $flavor eq 'mariadb';
    is(rows($t, q(SELECT row_key, length(column_values[3]) FROM pgconverge.quarantine WHERE source_table = 'wide' ORDER BY 1)), "id = 1|6000000\nid = 3|11000000\nid = 4|2", 'wide rows are whole');
    is(rows($t, 'SELECT count(*) FROM many'), 7200, 'the others are there');
    is_deeply(changes($t->report), { 'many.d partial_date replace' => 1024 }, 'what was changed is counted once, whatever was killed');

    # four workers commit side by side, and together they stay below the limit
    $t->new_target;
    $t->exits($t->migrate(config($t, "jobs: 4\nchunk_rows: 50\nmax_quarantined: 100\nvalues: { zero_date: quarantine, partial_date: replace }\n"), '--pre-scan', 'none'), 6, 'more than allowed in many chunks');
    cmp_ok($t->target_value('SELECT count(*) FROM pgconverge.quarantine'), '<=', 100, 'never more than allowed');
    return;
}

for my $flavor (PgcTest->flavors) {
    my $t = PgcTest->new(flavor => $flavor);
    $t->new_target;
    $t->source_force($planted);
    test_replaced($t, $flavor);
    test_aside($t, $flavor);
    test_quarantine($t, $flavor);
    test_many($t, $flavor);
    $t->done;
}
done_testing();
