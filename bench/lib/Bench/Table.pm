# Bench::Table: the numbers as a table for people, and as JSON.
package Bench::Table;
use strict;
use warnings;
use JSON::PP;

# What issue and README promise.
use constant { MOST_OF_LIMIT => 1.45, LEAST_OF_PGLOADER => 5, MOST_OF_COPY => 1.0, MOST_MIB => 128, HUGE_ROW_MIB => 100 };

sub print_all {
    my ($result) = @_;
    printf "\n%d cores, scale %g, medians of %d; CPU seconds beside wall seconds\n", @$result{qw(cores scale runs)};
    print "The machine was not quiet (load $result->{load}): trust CPU seconds and ratios of CPU, not the clock.\n"
        if $result->{load} > 0.5;
    printf "%s\n", join ', ', map {"$_ $result->{versions}{$_}"} sort keys %{ $result->{versions} };
    print_table($_, $result->{tables}{$_}) for grep { $result->{tables}{$_} } qw(wide narrow);
    print_assess($result->{assess}) if $result->{assess};
    print_memory($result->{memory}) if $result->{memory};
}

sub print_table {
    my ($name, $it) = @_;
    my $m = $it->{measured};
    printf "\n%-28s %8s %8s %8s %8s %8s %10s\n", "$name, $it->{rows} rows", 'wall', 'program', 'source', 'target', 'MiB', 'rows/s';
    for my $what (sort { order($a) <=> order($b) || $a cmp $b } keys %$m) {
        my $got = $m->{$what};
        my ($source) = grep { $_ ne 'postgres' } keys %{ $got->{cpu_of} };
        printf "  %-26s %8.2f %8.2f %8s %8s %8.1f %10.0f\n", title($what), $got->{wall}, $got->{cpu},
            cell($source && $got->{cpu_of}{$source}), cell($got->{cpu_of}{postgres}), $got->{peak_kib} / 1024, $it->{rows} / $got->{wall};
    }
    for my $source (sort keys %{ $it->{limit} }) {
        printf "  limit from %-15s %8.2f   pgconverge's copy / limit = %.2f %s; its CPU alone %.2f\n", $source,
            $it->{limit}{$source}, $it->{copy_limit}{$source},
            verdict($it->{copy_limit}{$source} <= MOST_OF_LIMIT, 'at most ' . MOST_OF_LIMIT), $it->{cpu_limit}{$source};
    }
    for my $source (sort keys %{ $it->{verify_copy} // {} }) {
        printf "  verification from %-10s %7.2f   verification / copy = %.2f %s\n", $source,
            $m->{"pgconverge $source"}{verify_wall}, $it->{verify_copy}{$source},
            verdict($it->{verify_copy}{$source} <= MOST_OF_COPY, sprintf 'at most %.1f', MOST_OF_COPY);
    }
    printf "  pgloader / pgconverge's copy, from mariadb = %.1f %s\n", $it->{pgloader_pgconverge},
        verdict($it->{pgloader_pgconverge} >= LEAST_OF_PGLOADER, 'at least ' . LEAST_OF_PGLOADER) if $it->{pgloader_pgconverge};
}

sub print_assess {
    my ($it) = @_;
    my $m = $it->{measured};
    printf "\n%-28s %8s %8s %8s %8s\n", "assess, $it->{rows} rows", 'wall', 'program', 'source', 'MiB';
    for my $what (sort { order($a) <=> order($b) || $a cmp $b } keys %$m) {
        my ($source) = keys %{ $m->{$what}{cpu_of} };
        printf "  %-26s %8.2f %8.2f %8.2f %8.1f\n", title($what), $m->{$what}{wall}, $m->{$what}{cpu}, $m->{$what}{cpu_of}{$source}, $m->{$what}{peak_kib} / 1024;
    }
    printf "  assess / read-out from %-10s = %.2f %s; of CPU seconds %.2f\n", $_, $it->{wall_ratio}{$_},
        verdict($it->{wall_ratio}{$_} <= 2, 'at most 2'), $it->{cpu_ratio}{$_} for sort keys %{ $it->{wall_ratio} };
}

sub order { return $_[0] =~ /^readout/ ? 0 : $_[0] =~ /^copy/ ? 1 : $_[0] =~ /^pgconverge/ ? 2 : 3 }
sub cell  { return defined $_[0] ? sprintf('%.2f', $_[0]) : '-' }

sub title {
    my ($what) = @_;
    return "read-out alone, $1"   if $what =~ /^readout (.*)/;
    return 'COPY binary alone'    if $what eq 'copy alone';
    return "pgconverge assess, $1" if $what =~ /^assess (.*)/;
    return "pgconverge copy, $1"  if $what =~ /^pgconverge (.*)/;
    return "pgloader, no index";
}

sub verdict {
    my ($good, $wanted) = @_;
    return ($good ? 'reached' : 'MISSED') . " ($wanted)";
}

sub print_memory {
    my ($memory) = @_;
    my %mib = map { $_ => $memory->{$_}{peak_kib} / 1024 } qw(million ten_million huge);
    my $most = MOST_MIB + 3 * HUGE_ROW_MIB;
    printf "\npeak memory with 4 jobs, from %s\n", $memory->{source};
    printf "  %10d narrow rows       %8.1f MiB %s\n", $memory->{million}{rows}, $mib{million},
        verdict($mib{million} <= MOST_MIB, 'at most ' . MOST_MIB);
    printf "  %10d narrow rows       %8.1f MiB %s\n", $memory->{ten_million}{rows}, $mib{ten_million},
        verdict($mib{ten_million} <= MOST_MIB && $mib{ten_million} <= $mib{million} * 1.2 + 4, 'as much');
    printf "  one row of %d MiB        %8.1f MiB %s\n", HUGE_ROW_MIB, $mib{huge}, verdict($mib{huge} <= $most, "at most $most");
}

sub write_json {
    my ($result, $path) = @_;
    my $json = JSON::PP->new->canonical->pretty->encode($result);
    if ($path eq '-') {
        print "\n", $json;
        return $path;
    }
    open my $file, '>', $path or die "bench: $path: $!\n";
    print $file $json;
    close $file or die "bench: $path: $!\n";
    return $path;
}

1;
