#!/usr/bin/perl
# schema diff: nothing after a migration, and every difference that is planted on the target is named
# exactly, with nothing else. As the least-privileged role, and without a trace on the target.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib";
use PgcTest;
use Test::More;

binmode Test::More->builder->$_, ':encoding(UTF-8)' for qw(output failure_output);

sub diff_of {
    my ($t, @more) = @_;
    my $run = $t->run('schema', 'diff', '--source', $t->source_uri, '--target', $t->target_uri, '--format', 'json', @more);
    return ($run, eval { JSON::PP->new->utf8->decode($run->{out}) });
}

# "different index two.by_both definition"
sub said {
    my ($document) = @_;
    return ['no JSON'] if !$document;
    my @differences = map {
        join ' ', $_->{change}, $_->{kind}, (defined $_->{table} ? "$_->{table}.$_->{name}" : $_->{name}), $_->{property} // ()
    } @{ $document->{differences} };
    return [@differences, map { "not compared: $_->{kind} $_->{object}" } @{ $document->{not_compared} }];
}

# ---- after a migration of everything there is no difference, on both servers
for my $flavor (PgcTest::flavors()) {
    my $t = PgcTest->new(flavor => $flavor);
    $t->source_file(PgcTest::fixtures() . '/everything', $flavor);
    $t->exits($t->migrate, 0, "$flavor: everything is migrated");
    my ($run, $document) = diff_of($t);
    $t->exits($run, 0, "$flavor: no difference");
    is_deeply(said($document), [], "$flavor: none in the document");
    my $text = $t->run('schema', 'diff', '--source', $t->source_uri, '--target', $t->target_uri);
    $t->exits($text, 0, "$flavor: no difference as text");
    is($text->{out}, '', "$flavor: and no text");
    is($t->target_value("SELECT count(*) FROM pg_namespace WHERE nspname ~ 'scratch'"), 0, "$flavor: no schema is left behind");
    $t->done;
}

# ---- planted differences
my $t = PgcTest->new(flavor => 'mysql');
my $evil = q(we"ird'; DROP --.x\\y $$ %s);
my $ticked = "`$evil`";
my $quoted = '"' . $evil =~ s/"/""/gr . '"';
$t->source(<<"SQL");
CREATE TABLE customer (
    id int NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name varchar(40) COLLATE utf8mb4_bin NOT NULL DEFAULT 'nobody' COMMENT 'as it is spoken',
    mood enum('good', 'bad') NOT NULL DEFAULT 'good',
    labels set('x', 'y'),
    born date,
    created datetime(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    changed datetime DEFAULT NULL ON UPDATE CURRENT_TIMESTAMP,
    shout varchar(80) GENERATED ALWAYS AS (concat(name, '!')) STORED
) COMMENT 'who pays';
CREATE TABLE purchase (
    id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
    customer_id int NOT NULL,
    code char(8) COLLATE utf8mb4_bin NOT NULL,
    price decimal(10,2) NOT NULL,
    amount int unsigned NOT NULL DEFAULT 1,
    note text,
    UNIQUE KEY one_code (code),
    KEY by_both (customer_id, price DESC),
    KEY by_head (note(10)),
    CONSTRAINT price_is_real CHECK (price > 0),
    CONSTRAINT of_customer FOREIGN KEY (customer_id) REFERENCES customer (id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE TABLE $ticked (
    id int NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `a.b"c` varchar(20) COLLATE utf8mb4_bin DEFAULT 'it''s \\\\ "x"' COMMENT 'it''s; --',
    parent int,
    KEY `k ' " USING gin (x)` (`a.b"c`, parent),
    CONSTRAINT `f'"` FOREIGN KEY (parent) REFERENCES $ticked (id)
);
INSERT INTO customer (name, mood) VALUES ('Ada', 'good'), ('Bo', 'bad');
INSERT INTO purchase (customer_id, code, price, note) VALUES (1, 'a', 1.5, 'x'), (2, 'b', 2, NULL);
INSERT INTO $ticked (parent) VALUES (NULL), (1);
SQL
$t->exits($t->migrate, 0, 'migrates');
my $good = $t->{target};

# SQL on the target => what schema diff says
my @PLANTED = (
    ['DROP INDEX by_both', 'missing index purchase.by_both'],
    ['DROP INDEX by_both; CREATE INDEX by_both ON purchase (price DESC, customer_id)', 'different index purchase.by_both definition'],
    ['DROP INDEX by_both; CREATE INDEX by_both ON purchase (customer_id, price)', 'different index purchase.by_both definition'],
    ['DROP INDEX by_both; CREATE INDEX by_both ON purchase (customer_id, price DESC) WHERE amount > 1', 'different index purchase.by_both definition'],
    ['DROP INDEX by_both; CREATE UNIQUE INDEX by_both ON purchase (customer_id, price DESC)', 'different index purchase.by_both unique'],
    ['DROP INDEX by_head; CREATE INDEX by_head ON purchase (left(note, 11))', 'different index purchase.by_head definition'],
    [q(UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'by_head'::regclass), 'different index purchase.by_head valid'],
    ['CREATE INDEX by_amount ON purchase (amount)', 'extra index purchase.by_amount'],
    ['ALTER TABLE purchase DROP CONSTRAINT purchase_pkey', 'missing key purchase.purchase_pkey'],
    ['ALTER TABLE purchase DROP CONSTRAINT one_code', 'missing key purchase.one_code'],
    ['ALTER TABLE purchase DROP CONSTRAINT one_code; ALTER TABLE purchase ADD CONSTRAINT one_code UNIQUE (code, id)', 'different key purchase.one_code definition'],
    ['ALTER TABLE purchase DROP CONSTRAINT one_code; ALTER TABLE purchase ADD CONSTRAINT one_code UNIQUE (code) DEFERRABLE', 'different key purchase.one_code definition'],
    ['ALTER TABLE purchase DROP CONSTRAINT of_customer', 'missing foreign key purchase.of_customer'],
    ['ALTER TABLE purchase DROP CONSTRAINT of_customer; ALTER TABLE purchase ADD CONSTRAINT of_customer FOREIGN KEY (customer_id) REFERENCES customer (id) ON DELETE CASCADE ON UPDATE CASCADE NOT VALID', 'different foreign key purchase.of_customer validated'],
    ['ALTER TABLE purchase DROP CONSTRAINT of_customer; ALTER TABLE purchase ADD CONSTRAINT of_customer FOREIGN KEY (customer_id) REFERENCES customer (id) ON DELETE RESTRICT ON UPDATE CASCADE', 'different foreign key purchase.of_customer on delete'],
    ['ALTER TABLE purchase DROP CONSTRAINT of_customer; ALTER TABLE purchase ADD CONSTRAINT of_customer FOREIGN KEY (customer_id) REFERENCES customer (id) ON DELETE CASCADE', 'different foreign key purchase.of_customer on update'],
    ['ALTER TABLE purchase ALTER CONSTRAINT of_customer DEFERRABLE INITIALLY DEFERRED', 'different foreign key purchase.of_customer deferrable'],
    ['ALTER TABLE purchase DROP CONSTRAINT price_is_real', 'missing check purchase.price_is_real'],
    ['ALTER TABLE purchase DROP CONSTRAINT price_is_real; ALTER TABLE purchase ADD CONSTRAINT price_is_real CHECK (price > 0) NOT VALID', 'different check purchase.price_is_real validated'],
    ['ALTER TABLE purchase DROP CONSTRAINT price_is_real; ALTER TABLE purchase ADD CONSTRAINT price_is_real CHECK (price >= 0)', 'different check purchase.price_is_real expression'],
    [q(ALTER TABLE customer DROP CONSTRAINT mood_labels; ALTER TABLE customer ADD CONSTRAINT mood_labels CHECK (mood = ANY (ARRAY['good', 'Bad', 'bad']))), 'different check customer.mood_labels expression'],
    ['ALTER TABLE purchase DROP CONSTRAINT amount_unsigned', 'missing check purchase.amount_unsigned'],
    ['ALTER TABLE purchase ADD CONSTRAINT cheap CHECK (price < 1000)', 'extra check purchase.cheap'],
    ['ALTER TABLE purchase ALTER COLUMN code DROP NOT NULL', 'different column purchase.code not null'],
    [q(UPDATE customer SET born = '2000-01-01'; ALTER TABLE customer ALTER COLUMN born SET NOT NULL), 'different column customer.born not null'],
    [q(ALTER TABLE customer ALTER COLUMN name SET DEFAULT 'somebody'), 'different column customer.name default'],
    ['ALTER TABLE customer ALTER COLUMN name DROP DEFAULT', 'different column customer.name default'],
    ['ALTER TABLE purchase ALTER COLUMN code TYPE varchar(9)', 'different column purchase.code type'],
    ['ALTER TABLE purchase ALTER COLUMN price TYPE numeric(12,2)', 'different column purchase.price type'],
    ['ALTER TABLE customer ALTER COLUMN created TYPE timestamp(6)', 'different column customer.created type'],
    ['ALTER TABLE purchase ALTER COLUMN note TYPE text COLLATE "C"', 'different column purchase.note collation'],
    ['ALTER TABLE customer ALTER COLUMN id DROP IDENTITY', 'different column customer.id identity'],
    ['ALTER TABLE customer ALTER COLUMN id SET GENERATED ALWAYS', 'different column customer.id identity'],
    ['ALTER TABLE customer ALTER COLUMN id SET INCREMENT BY 7', 'different column customer.id identity'],
    ['ALTER TABLE customer ALTER COLUMN shout DROP EXPRESSION', 'different column customer.shout generated'],
    ['ALTER TABLE customer DROP COLUMN born', 'missing column customer.born'],
    ['ALTER TABLE customer ADD COLUMN age int', 'extra column customer.age'],
    ['ALTER TABLE customer RENAME COLUMN born TO birth', 'extra column customer.birth', 'missing column customer.born'],
    ['ALTER TABLE customer ALTER COLUMN id RESTART WITH 2', 'different column customer.id next value'],
    [q(SELECT setval(pg_get_serial_sequence('purchase', 'id'), 1)), 'different column purchase.id next value'],
    ['DROP TRIGGER customer_on_update ON customer', 'missing trigger customer.customer_on_update'],
    ['ALTER TABLE customer DISABLE TRIGGER customer_on_update', 'different trigger customer.customer_on_update enabled'],
    ['DROP TRIGGER customer_on_update ON customer; CREATE TRIGGER customer_on_update AFTER UPDATE ON customer FOR EACH ROW EXECUTE FUNCTION customer_on_update()', 'different trigger customer.customer_on_update definition'],
    [q(CREATE OR REPLACE FUNCTION customer_on_update() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'), 'different function customer_on_update() definition'],
    ['CREATE TRIGGER other BEFORE INSERT ON customer FOR EACH ROW EXECUTE FUNCTION customer_on_update()', 'extra trigger customer.other'],
    [q(COMMENT ON COLUMN customer.name IS NULL), 'different column customer.name comment'],
    [q(COMMENT ON TABLE customer IS 'who does not'), 'different table customer comment'],
    ['DROP TABLE purchase', 'missing table purchase'],
    ['CREATE TABLE later (id int)', 'extra table later'],
    ['ALTER TABLE purchase SET UNLOGGED; ALTER TABLE customer SET UNLOGGED', 'different table customer persistence', 'different table purchase persistence'],
    ['ALTER TABLE customer ENABLE ROW LEVEL SECURITY', 'different table customer row security'],
    ['CREATE POLICY mine ON customer USING (id = 1)', 'extra policy customer.mine'],
    ['CREATE RULE quiet AS ON DELETE TO customer DO INSTEAD NOTHING', 'extra rule customer.quiet'],
    ['CREATE VIEW seen AS SELECT 1 AS a', 'extra view seen'],
    [q(CREATE TYPE mood AS ENUM ('good', 'bad')), 'extra enum mood'],
    ['CREATE SEQUENCE numbers', 'extra sequence numbers'],
    [qq(ALTER TABLE $quoted ALTER COLUMN "a.b""c" SET DEFAULT 'its \\ "x"'), qq(different column $evil.a.b"c default)],
    [qq(COMMENT ON COLUMN $quoted."a.b""c" IS 'it''s; -'), qq(different column $evil.a.b"c comment)],
    [qq(DROP INDEX "k ' "" USING gin (x)"; CREATE INDEX "k ' "" USING gin (x)" ON $quoted (parent, "a.b""c")), qq(different index $evil.k ' " USING gin (x) definition)],
    [qq(ALTER TABLE $quoted DROP CONSTRAINT "f'"""), qq(missing foreign key $evil.f'")],
    [qq(DROP TABLE $quoted), "missing table $evil"],
);

# Several at a time, each at another object: a copy of the database for each of them would take minutes.
my @waves;
for my $planted (@PLANTED) {
    my ($sql, @wanted) = @$planted;
    my %objects = map { s/^(?:different|missing|extra) //r => 1 } map { s/ (?:definition|unique|valid|validated|on delete|on update|deferrable|expression|not null|default|type|collation|identity|generated|next value|enabled|comment|persistence|row security)$//r } @wanted;
    my %tables = map { $_ => 1 } map { /^(?:table|\S+(?: key)?) (\Q$evil\E|\w+)/ } keys %objects;
    my $all = grep { /^table / } keys %objects;
    my ($wave) = grep {
        my $w = $_;
        !grep({ $w->{objects}{$_} } keys %objects) && !grep({ $w->{whole}{$_} || $all && $w->{tables}{$_} } keys %tables)
    } @waves;
    push @waves, $wave = { objects => {}, tables => {}, whole => {}, sql => [], wanted => [] } if !$wave;
    $wave->{objects}{$_} = 1 for keys %objects;
    $wave->{tables}{$_} = 1 for keys %tables;
    if ($all) { $wave->{whole}{$_} = 1 for keys %tables }
    push @{ $wave->{sql} }, $sql;
    push @{ $wave->{wanted} }, @wanted;
}
cmp_ok(scalar @PLANTED, '>=', 55, scalar(@PLANTED) . ' differences are planted, in ' . @waves . ' copies of the target');
for my $wave (@waves) {
    $t->{target} = "$t->{db}t" . ++$t->{targets};
    $t->target_admin("CREATE DATABASE \"$t->{target}\" OWNER \"$t->{user}\" TEMPLATE \"$good\"");
    # as the owner, but for what only a superuser can do
    $t->target(join '', map { 'SET ROLE "' . (/pg_index/ ? 'postgres' : $t->{user}) . "\"; $_;\n" } @{ $wave->{sql} });
    my ($run, $document) = diff_of($t);
    $t->exits($run, 3, scalar(@{ $wave->{wanted} }) . ' differences');
    my %said = map { $_ => 1 } @{ said($document) };
    ok(delete $said{$_}, $_) for @{ $wave->{wanted} };
    is(join("\n", sort keys %said), '', 'and nothing else');
    diag($run->{err}) if !$document;
}

# ---- as text: marks, both values, and nothing that a terminal would obey
$t->{target} = "$t->{db}t" . ++$t->{targets};
$t->target_admin("CREATE DATABASE \"$t->{target}\" OWNER \"$t->{user}\" TEMPLATE \"$good\"");
$t->target(q(ALTER TABLE customer ALTER COLUMN name SET DEFAULT E'\x1b[31mred'; DROP INDEX by_both; ALTER TABLE customer ADD COLUMN age int; DROP TABLE ) . $quoted);
my $text = $t->run('schema', 'diff', '--source', $t->source_uri, '--target', $t->target_uri);
$t->exits($text, 3, 'as text');
for (qr/^--- \S+, as planned\n\+\+\+ \S+, schema public\n/, qr/^column "customer"."name"\n- default: 'nobody'.*\n\+ default: .*red/m,
    qr/^index "purchase"."by_both": missing\n- unique: no\n- definition: btree \(customer_id, price DESC\)\n/m, qr/^column "customer"."age": extra\n\+ type: integer\n\+ not null: no\n/m,
    qr/^table "we""ird'; DROP --.x\\y \$\$ %s": missing$/m) {
    like($text->{out}, $_, "the text says $_");
}
unlike($text->{out}, qr/[\x00-\x09\x0b-\x1f\x7f]/, 'no control character in the text');
unlike($text->{out} . $text->{err}, qr/reader and Loader/, 'no password in it');

# ---- the verification tells it, too: all values agree, and that is not all
my $verified = $t->run('verify', '--source', $t->source_uri, '--target', $t->target_uri, '--format', 'json', '--tables', 'purchase');
$t->exits($verified, 3, 'verify with an index that is gone');
my $verdict = JSON::PP->new->utf8->decode($verified->{out});
is($verdict->{verdict}, 'DIFFERENT STRUCTURE', 'verify: the verdict');
is_deeply([map { [@$_{qw(id object text)}] } @{ $verdict->{findings} }], [['PGC-5201', 'index "purchase"."by_both"', 'is missing']], 'verify: the finding');

# ---- only some tables: nothing is said of the others
my ($run, $document) = diff_of($t, '--tables', 'customer');
is_deeply(said($document), ['extra column customer.age', 'different column customer.name default'], 'only the tables asked for');

# ---- an index more harms nobody: schema diff says it, the verification does not
$t->{target} = $good;
$t->target_as_loader('CREATE INDEX by_amount ON purchase (amount)');
is_deeply(said((diff_of($t))[1]), ['extra index purchase.by_amount'], 'schema diff: an extra index');
$t->exits($t->run('verify', '--source', $t->source_uri, '--target', $t->target_uri), 0, 'verify: an extra index');
$t->target_as_loader('DROP INDEX by_amount');

# ---- it waits for nobody, and nobody waits for it
$t->target_while("BEGIN; LOCK TABLE customer, purchase IN ROW EXCLUSIVE MODE; INSERT INTO customer (name) VALUES ('Eve')", sub {
    my ($run, $document) = diff_of($t);
    $t->exits($run, 0, 'beside a transaction that writes');
});

# ---- a role that may not create schemas is told what it lacks
$t->target_admin("ALTER DATABASE \"$good\" OWNER TO postgres; REVOKE ALL ON DATABASE \"$good\" FROM PUBLIC; GRANT CONNECT ON DATABASE \"$good\" TO \"$t->{user}\"");
($run) = diff_of($t);
$t->exits($run, 5, 'without the right to create schemas');
$t->says($run, 'without the right to create schemas: told', 'PGC-3003', qr/GRANT CREATE ON DATABASE/);
$t->done;
done_testing();
