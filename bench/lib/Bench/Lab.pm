# Bench::Lab: the lab's servers, their clients and their CPU time.
package Bench::Lab;
use strict;
use warnings;

sub new {
    my ($class, @sources) = @_;
    my $self = bless {}, $class;
    system('tools/lab', 'up', @sources, 'postgres') == 0 or die "bench: tools/lab up failed\n";
    my $env = `eval "\$(tools/lab env)" && env -0`;
    die "bench: tools/lab env failed\n" if $? != 0;
    for (split /\0/, $env) { $self->{$1} = $2 if /^(LAB_\w+)=(.*)/s }
    mkdir $self->folder, 0700;
    -d $self->folder or die 'bench: ', $self->folder, ": $!\n";
    return $self;
}

sub folder { my ($self, $name) = @_; return "$self->{LAB_DIR}/bench" . (defined $name ? "/$name" : '') }
sub of { my ($self, $server, $what) = @_; return $self->{ 'LAB_' . uc($server) . "_$what" } // die "bench: no $what of $server\n" }
sub option_file { my ($self, $source) = @_; return "$self->{LAB_DIR}/$source/client.cnf" }

# Runs SQL through the server's own client; returns its output without the last line end.
sub source_sql {
    my ($self, $source, $database, $sql) = @_;
    return run_with_input($sql, $self->of($source, 'CLIENT'), '-N', '-B', '--default-character-set=utf8mb4', $database);
}

sub psql {
    my ($self, $database) = @_;
    my $socket = $self->of(postgres => 'SOCKET_DIR');
    return ('psql', '-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-d',
        "host=$socket port=" . $self->of(postgres => 'PORT') . " user=postgres dbname=$database");
}

sub target_sql {
    my ($self, $database, $sql) = @_;
    return run_with_input("SET client_min_messages = warning;\n$sql", $self->psql($database));
}

sub run_with_input {
    my ($input, @command) = @_;
    require IPC::Open2;
    my $pid = IPC::Open2::open2(my $out, my $in, @command);
    binmode $in, ':utf8' if utf8::is_utf8($input);
    print $in $input;
    close $in;
    local $/;
    my $output = <$out> // '';
    waitpid $pid, 0;
    die "bench: $command[0] failed\n" if $? != 0;
    $output =~ s/\n\z//;
    return $output;
}

sub version {
    my ($self, $server) = @_;
    return $server eq 'postgres' ? $self->target_sql('postgres', 'SHOW server_version')
        : $self->source_sql($server, 'mysql', 'SELECT version()');
}

# CPU seconds of a server until now: of its process, of its children that live and of those that
# ended. A child that ends moves from one sum to the other, so nothing is lost or counted twice.
sub cpu {
    my ($self, $server) = @_;
    open my $file, '<', $self->of($server, 'PID_FILE') or die "bench: pid of $server: $!\n";
    chomp(my $root = <$file>);
    my (%parent, %ticks);
    for my $path (glob '/proc/[0-9]*/stat') {
        open my $stat, '<', $path or next;    # it ended just now
        my $line = <$stat> // next;
        my ($pid) = $line =~ /^(\d+)/;
        my @fields = split ' ', $line =~ s/^.*\)//r;
        $parent{$pid} = $fields[1];
        $ticks{$pid}  = $fields[11] + $fields[12] + $fields[13] + $fields[14];
    }
    my $sum = 0;
    for my $pid (keys %parent) {
        my $above = $pid;
        $above = $parent{$above} while defined $above && $above != $root && $above > 1;
        $sum += $ticks{$pid} if defined $above && $above == $root;
    }
    return $sum / 100;
}

1;
