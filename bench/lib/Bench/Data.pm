# Bench::Data: the tables to migrate, each in a database of its own, the same on every server.
package Bench::Data;
use strict;
use warnings;
use Digest::SHA qw(sha1_hex);
use FindBin;
use List::Util qw(min);

my %TABLES = (
    wide        => { table => 'wide',   rows => 2_000_000 },
    narrow      => { table => 'narrow', rows => 5_000_000 },
    million     => { table => 'narrow', rows => 1_000_000 },
    ten_million => { table => 'narrow', rows => 10_000_000 },
    huge        => { table => 'huge',   rows => 3, fixed => 1 },
);
use constant BATCH => 100_000;

sub new {
    my ($class, $lab, $scale) = @_;
    return bless { lab => $lab, scale => $scale }, $class;
}

sub rows {
    my ($self, $name) = @_;
    my $it = $TABLES{$name};
    return $it->{rows} if $it->{fixed};
    my $rows = int($it->{rows} * $self->{scale});
    return $rows < 1000 ? 1000 : $rows;
}

sub slurp {
    my ($name) = @_;
    open my $file, '<:raw', "$FindBin::Bin/sql/$name.sql" or die "bench: sql/$name.sql: $!\n";
    local $/;
    return <$file>;
}

# What the data was made from: other statements or another scale make it anew.
sub fingerprint {
    my ($self, $name) = @_;
    my $table = $TABLES{$name}{table};
    return sha1_hex(slurp($table) . slurp("${table}_rows")) . '-' . $self->rows($name);
}

sub make {
    my ($self, $source, $name) = @_;
    my ($lab, $table, $rows) = ($self->{lab}, $TABLES{$name}{table}, $self->rows($name));
    my $database = "pgcbench_$name";
    $lab->source_sql($source, 'mysql', slurp('numbers')
            . "CREATE TABLE IF NOT EXISTS pgcbench_numbers.made (name varchar(40) PRIMARY KEY, fingerprint varchar(80));");
    my $made = $lab->source_sql($source, 'pgcbench_numbers', "SELECT fingerprint FROM made WHERE name = '$name'");
    return if $made eq $self->fingerprint($name);

    my $started = time;
    $lab->source_sql($source, 'mysql', "DELETE FROM pgcbench_numbers.made WHERE name = '$name';"
            . " DROP DATABASE IF EXISTS $database; CREATE DATABASE $database CHARACTER SET utf8mb4;");
    $lab->source_sql($source, $database, slurp($table));
    for (my $from = 0; $from < $rows; $from += BATCH) {
        printf "\r%s: making %s, %d of %d rows ", $source, $name, $from, $rows if -t STDOUT;
        # Not into the binary log: the data is made, it needs no second copy.
        $lab->source_sql($source, $database, sprintf "SET sql_log_bin = 0, \@from = %d, \@count = %d, \@total = %d;\n%s",
            $from, min(BATCH, $rows - $from), $rows, slurp("${table}_rows"));
    }
    my $count = $lab->source_sql($source, $database, "ANALYZE TABLE $table; SELECT COUNT(*) FROM $table");
    $count =~ s/.*\n//s;
    die "bench: $source holds $count rows of $name, not $rows\n" if $count != $rows;
    $lab->source_sql($source, 'pgcbench_numbers', "INSERT INTO made VALUES ('$name', '" . $self->fingerprint($name) . "')");
    printf "%s%s: made %s, %d rows, in %d s\n", -t STDOUT ? "\r\e[K" : '', $source, $name, $rows, time - $started;
}

sub remove {
    my ($self, $source) = @_;
    $self->{lab}->source_sql($source, 'mysql', join '', map { "DROP DATABASE IF EXISTS pgcbench_$_;" } sort(keys %TABLES), 'numbers');
}

1;
