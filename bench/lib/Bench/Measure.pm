# Bench::Measure: one round of each thing that is measured, and the rounds' medians.
package Bench::Measure;
use strict;
use warnings;
use JSON::PP;
use Time::HiRes qw(time sleep);

my %TABLE_OF = (wide => 'wide', narrow => 'narrow', million => 'narrow', ten_million => 'narrow', huge => 'huge');
use constant TARGET => 'pgcbench';

sub new {
    my ($class, $lab, %o) = @_;
    my $self = bless { lab => $lab, %o }, $class;
    chomp($self->{cores} = `nproc`);
    return $self if $o{clean};
    if (!-f 'build-bench/build.ninja') {
        system('meson setup -Dbench=true build-bench >/dev/null') == 0 or die "bench: meson failed\n";
    }
    system('ninja -C build-bench bench/measure bench/readout >/dev/null') == 0 or die "bench: the build failed\n";
    if ($o{pgloader} && !grep { -x "$_/pgloader" } split /:/, $ENV{PATH}) {
        system('tools/setup', 'bench') == 0 or die "bench: pgloader is missing (--no-pgloader leaves it out)\n";
    }
    return $self;
}

sub cores { return $_[0]{cores} }

sub remove_target {
    my ($self) = @_;
    $self->{lab}->target_sql('postgres', "DROP DATABASE IF EXISTS " . TARGET . " WITH (FORCE);");
    unlink $self->{lab}->folder('rows.copy'), $self->{lab}->folder('result');
}

sub fresh_target {
    my ($self) = @_;
    my $lab = $self->{lab};
    $lab->target_sql('postgres', "DROP DATABASE IF EXISTS " . TARGET . " WITH (FORCE);");
    $lab->target_sql('postgres', "CREATE DATABASE " . TARGET . " ENCODING 'UTF8' TEMPLATE template0;");
    $lab->target_sql('postgres', 'CHECKPOINT;');
}

# ---- running and measuring

# Runs a command under bench/measure. Its stdout goes to a file, each line of its stderr to
# $on_line. Returns { wall, cpu, peak_kib, status, out }.
sub run {
    my ($self, $env, $on_line, @command) = @_;
    my $lab    = $self->{lab};
    my $result = $lab->folder('result');
    my $output = $lab->folder('output');
    pipe my $read, my $write or die "bench: pipe: $!\n";
    my $pid = fork // die "bench: fork: $!\n";
    if (!$pid) {
        @ENV{ keys %$env } = values %$env;
        open STDIN,  '<', '/dev/null';
        open STDOUT, '>', $output or die "bench: $output: $!\n";
        open STDERR, '>&', $write;
        exec 'build-bench/bench/measure', $result, @command or die "bench: measure: $!\n";
    }
    close $write;
    my @said;
    while (<$read>) {
        $on_line->($_) if $on_line;
        push @said, $_;
        shift @said if @said > 30;
    }
    waitpid $pid, 0;
    my %got = (out => slurp($output), slurp($result) =~ /(\w+)=(\S+)/g);
    die "bench: $command[0] failed ($got{status}):\n", @said if $? != 0 || !defined $got{status} || $got{status} != 0;
    return \%got;
}

sub slurp {
    my ($path) = @_;
    open my $file, '<:raw', $path or die "bench: $path: $!\n";
    local $/;
    return <$file> // '';
}

# The CPU seconds that the servers used while $code ran: a session's end is waited for.
sub with_cpu {
    my ($self, $servers, $code) = @_;
    my %before = map { $_ => $self->{lab}->cpu($_) } @$servers;
    my $result = $code->();
    sleep 0.2;
    $result->{cpu_of}{$_} = $self->{lab}->cpu($_) - $before{$_} for @$servers;
    return $result;
}

# ---- what is measured

sub readout {
    my ($self, $source, $name) = @_;
    return $self->with_cpu([$source], sub {
        my $got = $self->run({}, undef, 'build-bench/bench/readout', $self->{lab}->option_file($source),
            "pgcbench_$name", $TABLE_OF{$name});
        ($got->{rows}, $got->{bytes}) = $got->{out} =~ /rows=(\d+) bytes=(\d+)/;
        return $got;
    });
}

# After a migration: its rows as a file, and an empty table like the one that it filled.
sub export_rows {
    my ($self, $name) = @_;
    my ($lab, $table) = ($self->{lab}, $TABLE_OF{$name});
    my $file = $lab->folder('rows.copy');
    $self->run({}, undef, $lab->psql(TARGET), '-c', "\\copy public.\"$table\" to '$file' (format binary)");
    return -s $file;
}

sub copy_alone {
    my ($self, $name) = @_;
    my ($lab, $table) = ($self->{lab}, $TABLE_OF{$name});
    my $file = $lab->folder('rows.copy');
    $lab->target_sql(TARGET, "DROP TABLE IF EXISTS public.alone; CREATE TABLE public.alone (LIKE public.\"$table\"); CHECKPOINT;");
    my $got = $self->with_cpu(['postgres'], sub {
        return $self->run({}, undef, $lab->psql(TARGET), '-c', "\\copy public.alone from '$file' (format binary)");
    });
    $lab->target_sql(TARGET, 'DROP TABLE public.alone; CHECKPOINT;');
    return $got;
}

sub source_uri {
    my ($self, $source, $database) = @_;
    my ($user) = $self->{lab}->of($source, 'URI') =~ m{//([^/]*)@};
    return "mysql://$user@/$database?socket=" . $self->{lab}->of($source, 'SOCKET');
}

sub target_uri {
    my ($self) = @_;
    my $lab = $self->{lab};
    return sprintf 'host=%s port=%d user=postgres dbname=%s', $lab->of(postgres => 'SOCKET_DIR'), $lab->of(postgres => 'PORT'), TARGET;
}

# A whole migration; CPU seconds are those of its copy phase, whose events stand on stderr.
sub pgconverge {
    my ($self, $source, $name, @options) = @_;
    my $lab    = $self->{lab};
    my $report = $lab->folder('report');
    my (%before, %after, $tool, $pid);
    my $sample = sub {
        my ($into) = @_;
        $into->{$_} = $lab->cpu($_) for $source, 'postgres';
        $pid //= (slurp($lab->folder('result')) =~ /pid=(\d+)/)[0];
        $into->{tool} = process_cpu($pid);
    };
    $self->fresh_target;
    my $got = $self->run(
        { PGCONVERGE_SOURCE => $self->source_uri($source, "pgcbench_$name"), PGCONVERGE_TARGET => $self->target_uri },
        sub {
            my ($line) = @_;
            return unless $line =~ /"event":"phase\.(start|done)".*"phase":"copy"/;
            $sample->($1 eq 'start' ? \%before : \%after);
        },
        $self->{program}, 'migrate', '--no-my-cnf', '--yes', '--log-format', 'json', '--report-dir', $report, '--allow-moving-source', '--pre-scan', 'none', @options);
    my $facts = decode_json(slurp("$report/report.json"));
    my ($copy) = grep { $_->{name} eq 'copy' } @{ $facts->{phases} };
    die "bench: the report has no copy phase\n" unless $copy && defined $after{tool};
    my ($verify) = grep { $_->{name} eq 'verify' } @{ $facts->{phases} };
    $got->{verify_wall} = $verify->{ms} / 1000 if $verify;
    $got->{whole_wall} = $got->{wall};
    $got->{wall}       = $copy->{ms} / 1000;
    $got->{cpu}        = $after{tool} - $before{tool};
    $got->{cpu_of}     = { map { $_ => $after{$_} - $before{$_} } $source, 'postgres' };
    $got->{rows}       = 0;
    $got->{rows} += $_->{written} for @{ $facts->{rows} };
    return $got;
}

sub process_cpu {
    my ($pid) = @_;
    my @fields = split ' ', slurp("/proc/$pid/stat") =~ s/^.*\)//sr;
    return ($fields[11] + $fields[12]) / 100;
}

# Debian's, from MariaDB, over TCP and without TLS. Indexes are left out, as in the copy phase.
sub pgloader {
    my ($self, $name) = @_;
    my $lab  = $self->{lab};
    my $file = $lab->folder('pgloader.load');
    my ($source) = $lab->of(mariadb => 'URI') =~ m{//(.*?)/};
    my ($target) = $lab->of(postgres => 'URI') =~ m{//(.*?)/};
    $self->fresh_target;
    my $old = umask 0077;
    open my $load, '>', $file or die "bench: $file: $!\n";
    print $load <<"LOAD";
LOAD DATABASE FROM mysql://$source/pgcbench_$name INTO postgresql://$target/${\ TARGET}
  WITH create tables, create no indexes, no foreign keys, reset no sequences,
       workers = 4, concurrency = 1, prefetch rows = 10000;
LOAD
    close $load;
    umask $old;
    my $got = eval {
        $self->with_cpu(['mariadb', 'postgres'], sub { return $self->run({}, undef, 'pgloader', '--quiet', $file) });
    };
    unlink $file;
    die $@ unless $got;
    $got->{rows} = $lab->target_sql(TARGET, "SELECT count(*) FROM pgcbench_$name.$TABLE_OF{$name}");
    return $got;
}

# ---- rounds

sub median {
    my @sorted = sort { $a <=> $b } @_;
    return @sorted % 2 ? $sorted[ @sorted / 2 ] : ($sorted[ @sorted / 2 - 1 ] + $sorted[ @sorted / 2 ]) / 2;
}

# Each number's median over the rounds.
sub medians {
    my (@rounds) = @_;
    my %median = map { my $key = $_; ($key => median(map { $_->{$key} } @rounds)) }
        grep { defined $rounds[0]{$_} && !ref $rounds[0]{$_} && $rounds[0]{$_} =~ /^[\d.]+$/ } keys %{ $rounds[0] };
    for my $server (keys %{ $rounds[0]{cpu_of} // {} }) {
        $median{cpu_of}{$server} = median(map { $_->{cpu_of}{$server} } @rounds);
    }
    $median{wall_all} = [map { $_->{wall} } @rounds];
    return \%median;
}

sub total_cpu {
    my ($got) = @_;
    my $sum = $got->{cpu};
    $sum += $_ for values %{ $got->{cpu_of} };
    return $sum;
}

sub table {
    my ($self, $name, $rows, @sources) = @_;
    my %rounds;
    for my $round (1 .. $self->{runs}) {
        my $add = sub {
            my ($what, $got) = @_;
            die "bench: $what moved $got->{rows} rows, not $rows\n" if defined $got->{rows} && $got->{rows} != $rows;
            push @{ $rounds{$what} }, $got;
            printf "%s, round %d of %d: %-20s %7.2f s\n", $name, $round, $self->{runs}, $what, $got->{wall};
        };
        for my $source (@sources) {
            $add->("readout $source", $self->readout($source, $name));
            $add->("pgconverge $source", $self->pgconverge($source, $name));
        }
        my $size = $self->export_rows($name);
        $add->('copy alone', $self->copy_alone($name));
        $_->{bytes} = $size for $rounds{'copy alone'}[-1];
        $add->('pgloader mariadb', $self->pgloader($name)) if $self->{pgloader} && grep { $_ eq 'mariadb' } @sources;
    }
    my %result = (rows => $rows, measured => { map { $_ => medians(@{ $rounds{$_} }) } keys %rounds });
    $self->add_ratios(\%result, @sources);
    return \%result;
}

# The limit: no program can be faster than its two servers' work, spread over all cores.
sub add_ratios {
    my ($self, $result, @sources) = @_;
    my $m = $result->{measured};
    for my $source (@sources) {
        my $limit = (total_cpu($m->{"readout $source"}) + total_cpu($m->{'copy alone'})) / $self->{cores};
        $result->{limit}{$source}      = $limit;
        $result->{copy_limit}{$source} = $m->{"pgconverge $source"}{wall} / $limit;
        $result->{verify_copy}{$source} = $m->{"pgconverge $source"}{verify_wall} / $m->{"pgconverge $source"}{wall}
            if defined $m->{"pgconverge $source"}{verify_wall};
        $result->{cpu_limit}{$source}  = total_cpu($m->{"pgconverge $source"}) / $self->{cores} / $limit;
    }
    $result->{pgloader_pgconverge} = $m->{'pgloader mariadb'}{wall} / $m->{'pgconverge mariadb'}{wall} if $m->{'pgloader mariadb'};
}

# A look through all values of a table, beside reading it out: in turns, so that both meet the same
# noise.
sub assess {
    my ($self, $source, $name) = @_;
    return $self->with_cpu([$source], sub {
        return $self->run({ PGCONVERGE_SOURCE => $self->source_uri($source, "pgcbench_$name") },
            undef, $self->{program}, 'assess', '--no-my-cnf', '--yes', '--quiet');
    });
}

sub assessment {
    my ($self, $name, $rows, @sources) = @_;
    my %rounds;
    for my $round (1 .. $self->{runs}) {
        for my $source (@sources) {
            for my $what ('readout', 'assess') {
                my $got = $self->$what($source, $name);
                push @{ $rounds{"$what $source"} }, $got;
                printf "assess, round %d of %d: %-20s %7.2f s\n", $round, $self->{runs}, "$what $source", $got->{wall};
            }
        }
    }
    my %result = (rows => $rows, measured => { map { $_ => medians(@{ $rounds{$_} }) } keys %rounds });
    for my $source (@sources) {
        my ($read, $assess) = map { $result{measured}{"$_ $source"} } 'readout', 'assess';
        $result{wall_ratio}{$source} = $assess->{wall} / $read->{wall};
        $result{cpu_ratio}{$source}  = total_cpu($assess) / total_cpu($read);
    }
    return \%result;
}

# Peak memory with four jobs: it must not grow with the table, nor by more than three very wide rows.
sub memory {
    my ($self, $source, %rows) = @_;
    my %result = (source => $source);
    for my $name (qw(million ten_million huge)) {
        my $got = $self->pgconverge($source, $name, '--jobs', 4);
        die "bench: $name: $got->{rows} rows arrived, not $rows{$name}\n" if $got->{rows} != $rows{$name};
        $result{$name} = { rows => $rows{$name}, peak_kib => $got->{peak_kib} + 0 };
        printf "memory, %-12s %9d rows: %6.1f MiB at most\n", "$name:", $rows{$name}, $got->{peak_kib} / 1024;
    }
    return \%result;
}

1;
