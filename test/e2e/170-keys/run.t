#!/usr/bin/perl
# Keys and references whose strings MySQL's collations take for equal, under each rule: told before
# the load where the target would not take the rows, and as the rule says afterwards.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Encode ();
use JSON::PP;
use PgcTest;
use Test::More;

binmode Test::More->builder->$_, ':encoding(UTF-8)' for qw(output failure_output);

# The report's findings of an id, by the last part of their object's name.
sub findings {
    my ($t, $id) = @_;
    my $report = $t->report // {};
    return map { ($_->{object} =~ s/.*\.//r) => $_ } grep { ($_->{id} // '') =~ /$id/ } @{ $report->{findings} // [] };
}

sub nopad_ci { return $_[0] eq 'mysql' ? 'utf8mb4_0900_ai_ci' : 'utf8mb4_uca1400_nopad_ai_ci' }

# ---- references that are spelt otherwise --------------------------------------------------------------

sub references {
    my ($flavor) = @_;
    my $ci = nopad_ci($flavor);
    return <<"SQL";
CREATE TABLE parent (code varchar(20) COLLATE utf8mb4_general_ci NOT NULL PRIMARY KEY);
CREATE TABLE child (id int PRIMARY KEY, code varchar(20) COLLATE utf8mb4_general_ci, CONSTRAINT child_parent FOREIGN KEY (code) REFERENCES parent (code));
CREATE TABLE pair (a int, b varchar(10) COLLATE $ci, PRIMARY KEY (a, b));
CREATE TABLE of_pair (id int PRIMARY KEY, a int, b varchar(10) COLLATE $ci, CONSTRAINT of_pair_pair FOREIGN KEY (a, b) REFERENCES pair (a, b));
CREATE TABLE tree (code varchar(10) COLLATE $ci PRIMARY KEY, up varchar(10) COLLATE $ci, CONSTRAINT tree_up FOREIGN KEY (up) REFERENCES tree (code));
INSERT INTO parent VALUES ('abc'), ('Straße'), ('café'), ('sp');
INSERT INTO child VALUES (1, 'abc'), (2, 'ABC'), (3, 'CAFE'), (4, NULL), (5, 'sp  '), (6, 'Straße');
INSERT INTO pair VALUES (1, 'x'), (2, 'Y');
INSERT INTO of_pair VALUES (1, 1, 'x'), (2, 1, 'X'), (3, NULL, 'nothing'), (4, 2, NULL), (5, 2, 'y');
INSERT INTO tree VALUES ('root', NULL), ('leaf', 'ROOT'), ('Leaf2', 'root');
SET foreign_key_checks = 0;
INSERT INTO child VALUES (7, 'nobody'), (8, '😀');
INSERT INTO of_pair VALUES (6, 3, 'x');
SQL
}

sub refuse {
    my ($flavor) = @_;
    my $t = PgcTest->new(flavor => $flavor);
    $t->source(references($flavor));
    my $run = $t->migrate;
    $t->exits($run, 3, "$flavor: refuse");
    $t->same("$flavor: every row is there as it was");
    my %orphans = findings($t, 4010);
    my %misspelt = findings($t, 4018);
    is(join(' ', map { "$_=$orphans{$_}{rows}" } sort keys %orphans), 'child_parent=2 of_pair_pair=1', "$flavor: children without a parent");
    is(join(' ', map { "$_=$misspelt{$_}{rows}" } sort keys %misspelt), 'child_parent=3 of_pair_pair=2 tree_up=1', "$flavor: children whose parent is spelt otherwise");
    my $rows = JSON::PP->new->canonical->encode(\%misspelt);
    like($rows, qr/id = 2, code -> \\"ABC\\", its parent's is \\"abc\\"/, "$flavor: with both spellings");
    like($rows, qr/code -> \\"sp  \\", its parent's is \\"sp\\"/, "$flavor: spaces at the end");
    unlike($rows, qr/nobody/, "$flavor: each row in one of the findings");
    $t->done;
    return;
}

# What arrived in a column, in the order of the key, NULL as ~.
sub column {
    my ($t, $table, $column, $key) = @_;
    return Encode::decode('UTF-8', $t->target_value("SELECT string_agg(COALESCE($column\::text, '~'), ' ' ORDER BY $key) FROM \"$table\"") // '');
}

sub valid {
    my ($t) = @_;
    return join ' ', map { "$_->[0]=$_->[1]" } @{ $t->target("SELECT conname, convalidated FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace ORDER BY 1") };
}

sub policies {
    my ($flavor) = @_;
    my $ci = nopad_ci($flavor);
    my $t = PgcTest->new(flavor => $flavor);
    $t->source(references($flavor));
    # a chain over one column, three deep, and names that hurt
    $t->source(<<"SQL");
CREATE TABLE `gr"and` (`co``de` varchar(9) COLLATE $ci PRIMARY KEY);
CREATE TABLE mid (`co``de` varchar(9) COLLATE $ci PRIMARY KEY, CONSTRAINT mid_grand FOREIGN KEY (`co``de`) REFERENCES `gr"and` (`co``de`));
CREATE TABLE low (id int PRIMARY KEY, `co``de` varchar(9) COLLATE $ci, CONSTRAINT low_mid FOREIGN KEY (`co``de`) REFERENCES mid (`co``de`));
INSERT INTO `gr"and` VALUES ('One'), ('two');
INSERT INTO mid VALUES ('ONE'), ('two');
INSERT INTO low VALUES (1, 'one'), (2, 'ONE'), (3, 'Two'), (4, NULL);
SQL
    $t->file('pgconverge.yaml', "version: 1\nvalues: { orphan: \"null\", parent_spelling: replace }\ncolumns:\n  \"mid.*\": { orphan: refuse }\n");
    my $run = $t->migrate;
    $t->exits($run, 0, "$flavor: null and replace");
    is(valid($t), 'child_parent=t low_mid=t mid_grand=t of_pair_pair=t tree_up=t', "$flavor: every foreign key holds");
    is(column($t, 'child', 'code', 'id'), 'abc abc café ~ sp Straße ~ ~', "$flavor: as the parents are spelt, NULL without one");
    is(column($t, 'of_pair', 'b', 'id'), 'x x nothing ~ Y ~', "$flavor: in a key of two columns");
    is(column($t, 'of_pair', 'a', 'id'), '1 1 ~ 2 2 ~', "$flavor: of which both become NULL");
    is(column($t, 'tree', 'up', 'code'), "root root ~", "$flavor: within one table");
    is(column($t, 'mid', '"co`de"', 1), 'One two', "$flavor: a chain: its middle");
    is(column($t, 'low', '"co`de"', 'id'), 'One One two ~', "$flavor: its end");
    my $report = JSON::PP->new->canonical->encode($t->report);
    like($report, qr/parent_spelling/, "$flavor: the report counts them");
    $t->new_target;

    $t->file('pgconverge.yaml', <<'YAML');
version: 1
max_quarantined: 20
values: { orphan: quarantine }
columns:
  "child.code": { parent_spelling: quarantine }
  "of_pair.b": { parent_spelling: replace }
  "tree.up": { parent_spelling: replace }
YAML
    $run = $t->migrate;
    $t->exits($run, 3, "$flavor: quarantine");
    is(column($t, 'child', 'id', 'id'), '1 4 6', "$flavor: rows set aside");
    is(column($t, 'of_pair', 'id', 'id'), '1 2 3 4 5', "$flavor: orphans, too");
    is($t->target_value("SELECT count(*) FROM pgconverge.quarantine"), 6, "$flavor: and kept");
    like(valid($t), qr/child_parent=t low_mid=f mid_grand=f of_pair_pair=t tree_up=t/, "$flavor: what no rule speaks of stays as it was");
    $t->done;
    return;
}

# ---- how keys compare -------------------------------------------------------------------------------

sub compare {
    my ($flavor) = @_;
    my $ci = nopad_ci($flavor);
    my $t = PgcTest->new(flavor => $flavor);
    $t->source(<<"SQL");
CREATE TABLE user (id int PRIMARY KEY, email varchar(50) COLLATE $ci NOT NULL, nick varchar(50) COLLATE $ci, name varchar(50) COLLATE $ci, UNIQUE KEY email (email), UNIQUE KEY name (name), KEY nick (nick));
CREATE TABLE city (code varchar(9) COLLATE $ci PRIMARY KEY);
CREATE TABLE street (id int PRIMARY KEY, city varchar(9) COLLATE $ci, CONSTRAINT street_city FOREIGN KEY (city) REFERENCES city (code));
INSERT INTO city VALUES ('AMS'), ('ber'), ('Köln');
INSERT INTO street VALUES (1, 'ams'), (2, 'BER'), (3, NULL), (4, 'KÖLN');
CREATE TABLE post (id int PRIMARY KEY, author varchar(50) COLLATE $ci, CONSTRAINT post_author FOREIGN KEY (author) REFERENCES user (name));
INSERT INTO user VALUES (1, 'Ann\@x.org', 'Ann', 'Ann'), (2, 'bob\@x.org', 'Bob', 'Bób'), (3, '😀', 'ann', '😀'), (4, '😁', 'x', 'Strasse');
INSERT INTO post VALUES (1, 'ANN'), (2, 'bob'), (3, NULL), (4, 'straße');
SQL
    $t->file('pgconverge.yaml', <<'YAML');
version: 1
columns:
  "user.email": { compare: lower }
  "user.nick": { compare: lower }
  "post.author": { compare: icu }
  "city.code": { compare: citext }
YAML
    my $run = $t->migrate;
    $t->exits($run, 2, "$flavor: citext is not there");
    $t->says($run, "$flavor: told how to mend it", 'CREATE EXTENSION citext');
    $t->target('CREATE SCHEMA "ex""t"; GRANT USAGE ON SCHEMA "ex""t" TO PUBLIC; CREATE EXTENSION citext SCHEMA "ex""t"');
    $run = $t->migrate;
    $t->exits($run, 0, "$flavor: lower and icu");
    $t->same("$flavor: every row arrived");
    my $refused = sub { my ($sql) = @_; return eval { $t->target($sql); 1 } ? '' : $@ };
    like($refused->("INSERT INTO \"user\" VALUES (9, 'ANN\@X.ORG', NULL, 'n9')"), qr/email_lower/, "$flavor: lower() is guarded");
    is($refused->("INSERT INTO \"user\" VALUES (10, 'Änn\@x.org', NULL, 'n10')"), '', "$flavor: an accent makes another");
    like($refused->("INSERT INTO \"user\" VALUES (11, 'e11', NULL, 'ANN')"), qr/name/, "$flavor: icu takes case for equal");
    like($refused->("INSERT INTO \"user\" VALUES (12, 'e12', NULL, 'bob')"), qr/name/, "$flavor: and accents");
    is($refused->("INSERT INTO \"user\" VALUES (13, 'e13', NULL, '😁')"), '', "$flavor: not two faces");
    like($t->target_value("SET enable_seqscan = off; EXPLAIN SELECT 1 FROM \"user\" WHERE lower(nick) = lower('ANN')"), qr/nick_lower/, "$flavor: lookups by lower() have an index");
    is($t->target_value("SELECT convalidated FROM pg_constraint WHERE conname = 'post_author'"), 't', "$flavor: the foreign key holds, spelt otherwise or not");
    is($t->target_value("SELECT count(*) FROM post p JOIN \"user\" u ON u.name = p.author"), 3, "$flavor: and joins");
    is($t->target_value("SELECT count(*) FROM street s JOIN city c ON c.code OPERATOR(\"ex\"\"t\".=) s.city"), 3, "$flavor: citext joins without case");
    is($t->target_value("SELECT convalidated FROM pg_constraint WHERE conname = 'street_city'"), 't', "$flavor: and its foreign key holds");
    like($refused->("INSERT INTO city VALUES ('BER')"), qr/city_pkey/, "$flavor: its key takes case for equal");
    my $report = JSON::PP->new->canonical->encode($t->report);
    like($report, qr/ICU und-u-ks-level1, nondeterministic/, "$flavor: the report shows the collation");
    is($t->target_value("SELECT string_agg(collname, ' ') FROM pg_collation WHERE collnamespace = 'public'::regnamespace"), $ci, "$flavor: one collation, named after the source's");
    my $discard = $t->run('discard', '--target', $t->target_uri, '--yes', '--overwrite-target');
    $t->exits($discard, 0, "$flavor: discard");
    is($t->target_value("SELECT count(*) FROM pg_collation WHERE collnamespace = 'public'::regnamespace"), 0, "$flavor: takes the collation along");
    $t->done;
    return;
}

# ---- keys that are equal in PostgreSQL alone ----------------------------------------------------------

sub collisions {
    my ($flavor) = @_;
    my $t = PgcTest->new(flavor => $flavor);
    $t->source(<<'SQL');
CREATE TABLE word (id int PRIMARY KEY, w varchar(30) COLLATE utf8mb4_bin, UNIQUE KEY w (w));
CREATE TABLE face (id varbinary(8) PRIMARY KEY, w varchar(30) COLLATE utf8mb4_general_ci, UNIQUE KEY `w"; --` (w));
CREATE TABLE ids (u char(36) COLLATE utf8mb4_bin PRIMARY KEY, n int);
INSERT INTO word VALUES (1, 'Ärger'), (2, 'ärger'), (3, 'arger'), (4, NULL), (5, NULL), (6, '😀'), (7, 'x'), (8, 'x\'"');
INSERT INTO face VALUES (x'00ff', 'ae'), (x'01', 'æ'), (x'02', 'ß'), (x'03', 'ss'), (x'04', 'oe');
INSERT INTO ids VALUES ('aaaaaaaa-0000-0000-0000-000000000001', 1), ('AAAAAAAA-0000-0000-0000-000000000001', 2), ('bbbbbbbb-0000-0000-0000-000000000001', 3);
SQL
    for my $case (
        ['"word.w": { compare: lower }', 'word\.w', 'Ärger', 'ärger', '2 rows are of 1 keys'],
        ['"face.w": { compare: icu }', 'face\.w', "'ae'", "'æ'", '4 rows are of 2 keys'],
        ['"ids.u": { type: uuid }', 'ids\.PRIMARY', 'aaaaaaaa', "n = '2'", '2 rows are of 1 keys'],
        )
    {
        my ($rule, $object, @words) = @$case;
        $t->file('pgconverge.yaml', "version: 1\ncolumns:\n  $rule\n");
        my $run = $t->migrate;
        $t->exits($run, 6, "$flavor: $rule");
        like($run->{err}, qr/PGC-4020.*$object/s, "$flavor: $rule: told with its key");
        for my $word (grep { !/^n = / } @words) { my $bytes = Encode::encode('UTF-8', $word); like($run->{err}, qr/\Q$bytes\E|\Q$word\E/, "$flavor: $rule: $word") }
        is($t->target_value("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"), 0, "$flavor: $rule: before a table is made");
    }
    # what PostgreSQL found is what its index would have refused
    $t->file('pgconverge.yaml', "version: 1\ncolumns:\n  \"word.w\": { compare: exact }\n");
    $t->exits($t->migrate, 0, "$flavor: by bytes all are keys of their own");
    ok(!eval { $t->target('CREATE UNIQUE INDEX ON word (lower(w))'); 1 }, "$flavor: the index says the same");
    $t->done;
    return;
}

for my $flavor (qw(mysql mariadb)) {
    collisions($flavor);
    refuse($flavor);
    policies($flavor);
    compare($flavor);
}
done_testing();
