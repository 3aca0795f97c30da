#!/usr/bin/perl
# Generated columns over everything that is translated, with values at the edges: what PostgreSQL computes
# must be what the source has, by the oracle. What is not translated arrives as plain values.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib";
use PgcTest;
use Test::More;

# source type of the result => expressions over the columns of `g`
my @EXPRESSIONS = (
    ['bigint', map {"a $_"} '+ 1', '- b', '* 2', 'DIV 3', 'DIV b', '% 7', '% b', '+ b * 3 - (a - b)'],
    ['bigint', '-a', 'ABS(a)', 'ABS(-b)', 'IF(a > b, a, b)', 'IFNULL(a, b)', 'COALESCE(a, b, 0)', 'CASE WHEN a > 0 THEN 1 WHEN a = 0 THEN 0 ELSE -1 END', 'CASE a WHEN 1 THEN 10 WHEN b THEN 20 END', 'CAST(a AS SIGNED)', 'NULLIF(a, b)'],
    ['int', 'a > b', 'a = b', 'a <=> b', 'a IS NULL', 'NOT (a > b)', 'a BETWEEN -5 AND b', 'a IN (1, 2, b)', 'a > 0 AND b > 0', 'a > 0 OR b IS NULL', '(a > 0) XOR (b > 0)', 'ISNULL(b)', '(a > 0) + (b > 0)', 'a IS NOT NULL', '(a = b) IS TRUE', '!(a = b)'],
    ['int', 's = \'x\'', 's <> \'\'', 's LIKE \'a%\'', 's LIKE \'%\\\\_%\'', 's LIKE \'_\'', 's IN (\'x\', \'é\')', 'CHAR_LENGTH(s)', 'LENGTH(s)', 'p = \'x\'', 'p IN (\'x\', \'y \')', 'CHAR_LENGTH(p)', 's = p', 's NOT LIKE \'%x\'', 'LENGTH(v)'],
    ['varchar(200)', 'CONCAT(s, \'-\', p)', 'CONCAT(s, a)', 'LEFT(s, 2)', 'RIGHT(s, 2)', 'LEFT(s, 0)', 'IF(a > 0, s, p)', 'COALESCE(s, p, \'none\')', 'CASE s WHEN \'x\' THEN \'is x\' ELSE s END', 'CONCAT(\'it\'\'s \\\\ \', s)', 'CONCAT(a, \':\', b)', 'CONVERT(s USING utf8mb4)'],
    ['decimal(40,8)', 'd + 1', 'd * e', 'd - e', 'd % 3', 'd % e', '-d', 'ABS(d)', 'd + a', 'COALESCE(d, e)', 'IF(d > e, d, e)'],
    ['bigint', 'FLOOR(d)', 'CEIL(d)', 'CEILING(e)', 'FLOOR(-e)'],
    ['int', 'YEAR(t)', 'MONTH(t)', 'DAY(t)', 'DAYOFMONTH(day)', 'YEAR(day)', 't > \'2020-01-01\'', 'day = \'2024-02-29\'', 't = day', 'DATE(t) = day', 'day BETWEEN \'2000-01-01\' AND t', 'k = \'one\'', 'k IN (\'one\', \'two\')', 'k <> \'one\'', 'd = e', 'd > a', 'f > 1', 'f = a', 'u > 5', 'u = a'],
    ['bigint unsigned', 'u + 1', 'u DIV 2', 'u % 7', 'u * 2', 'IF(u > 3, u, 0)'],
);

my @rows;
for my $n (0, 1, -1, 2, -7, 5, 3, 2147483647, -2147483648, 'NULL') {
    my @texts = ("''", "'x'", "'X'", "'x '", "'é'", "'a_b%'", "'😀y'", "'\\\\'", 'NULL', "'a'");
    my @decimals = qw(0 1.5 -1.5 123456789.123456 -0.000001 2.999999 NULL -2.5 99999.5 -3);
    my @days = ("'2024-02-29'", "'1000-01-01'", "'9999-12-31'", 'NULL', "'2020-01-01'");
    my @times = ("'2024-02-29 00:00:00'", "'2020-01-01 00:00:00.000'", "'1999-12-31 23:59:59.999'", 'NULL', "'2020-01-01 10:00:00.5'");
    for my $m (0 .. 9) {
        my $r = @rows;
        push @rows, '(' . join(', ', $r + 1, $n, (0, 3, -3, 'NULL', 7, -1, 2, 1, 100, -2147483648)[$m], $texts[$m], $texts[($m + $r) % 10], $decimals[$m], $decimals[($m * 3 + $r) % 10],
            $days[$r % 5], $times[$m % 5], ("'one'", "'two'", 'NULL')[$r % 3], (1.5, 0, -1, 'NULL')[$r % 4], (0, 5, 6, 4294967295, 'NULL')[$r % 5], ("x'00ff'", "''", 'NULL')[$r % 3]) . ')';
    }
}

for my $flavor (qw(mysql mariadb)) {
    my $t = PgcTest->new(flavor => $flavor);
    my $collation = $flavor eq 'mysql' ? 'utf8mb4_0900_bin' : 'utf8mb4_nopad_bin';
    $t->source("CREATE TABLE g (id int PRIMARY KEY, a int, b int, s varchar(50) COLLATE $collation, p varchar(50) COLLATE utf8mb4_bin, d decimal(18,6), e decimal(18,6), day date, t datetime(3), k enum('one', 'two'), f double, u int unsigned, v varbinary(20)); INSERT INTO g VALUES " . join(', ', @rows));
    my ($n, %of) = (0);
    for my $group (@EXPRESSIONS) {
        my ($type, @list) = @$group;
        for my $expression (@list) {
            my $name = sprintf 'g%03d', ++$n;
            # what the server itself does not take, or not for these rows, is no matter here
            my $kind = $n % 2 ? 'STORED' : 'VIRTUAL';
            my $charset = $type =~ /^varchar/ ? " COLLATE $collation" : '';
            next if !eval { $t->source("SET sql_mode = ''; ALTER TABLE g ADD COLUMN $name $type$charset AS ($expression) $kind; SELECT COUNT($name), MAX($name) FROM g"); 1 };
            $of{$name} = $expression;
        }
    }
    cmp_ok(scalar(keys %of), '>=', 70, "$flavor: " . keys(%of) . " generated columns of $n");
    my $run = $t->migrate;
    $t->exits($run, 0, "$flavor: generated columns");
    $t->same("$flavor: every value is the source's, computed or copied");
    my $computed = $t->target("SELECT attname FROM pg_attribute WHERE attrelid = 'g'::regclass AND attgenerated = 's'");
    cmp_ok(scalar(@$computed), '>=', 40, "$flavor: PostgreSQL computes " . @$computed . ' of them itself');
    my %is = map { $_->[0] => 1 } @$computed;
    note("$flavor: copied as values: $_: $of{$_}") for sort grep { !$is{$_} } keys %of;
    my %told = map { $_->{object} =~ /g[.](g[0-9]+)$/ ? ($1 => $_) : () } grep { $_->{text} =~ /nothing computes it/ } @{ $t->report->{findings} };
    is(join(' ', sort keys %told), join(' ', sort grep { !$is{$_} } keys %of), "$flavor: and of each of the others it is said that nothing does any more");

    # what comes later is computed as the source computes it
    my $more = "(1001, 4, 9, 'xyz', 'x', 7.25, 2.5, '2021-03-04', '2021-03-04 05:06:07.089', 'two', 2, 9, x'01')";
    my $columns = 'id, a, b, s, p, d, e, day, t, k, f, u, v';
    $t->source("SET sql_mode = ''; INSERT INTO g ($columns) VALUES $more");
    (my $pg = $more) =~ s/x'01'/'\\x01'/;
    $t->target("INSERT INTO g ($columns) VALUES $pg");
    my @equal = sort grep { $is{$_} } keys %of;
    my $here = $t->source('SELECT ' . join(', ', map {"COALESCE($_ + 0, $_)"} grep { $of{$_} !~ /CONCAT|LEFT|RIGHT|CONVERT|, s|THEN 'is/ } @equal) . ' FROM g WHERE id = 1001')->[0];
    my $there = $t->target('SELECT ' . join(', ', grep { $of{$_} !~ /CONCAT|LEFT|RIGHT|CONVERT|, s|THEN 'is/ } @equal) . ' FROM g WHERE id = 1001')->[0];
    my ($theirs, $ours) = map { [map { $_ eq 'NULL' || $_ eq '' ? 'NULL' : $_ eq 't' ? 1 : $_ eq 'f' ? 0 : 0 + $_ } @$_] } $here, $there;
    my @wrong = grep { $theirs->[$_] ne $ours->[$_] } 0 .. $#$here;
    is(join(', ', map {"$here->[$_] is $there->[$_]"} @wrong), '', "$flavor: a new row, too");
    $t->done;
}
done_testing();
