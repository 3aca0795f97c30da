package Complaints;

# Accidents for 200-complaints: servers and sessions killed, a proxy between that takes TLS away or
# falls silent, bytes in a table that no server would take, and the memory a process had.

use strict;
use warnings;
use PgcTest;

sub sql_text { (my $text = $_[0]) =~ s/(['\\])/\\$1/g; return "'$text'" }
sub pg_name { (my $name = $_[0]) =~ s/"/""/g; return "\"$name\"" =~ s/'/''/gr }

# kill -9 of a lab's source server. The caller holds its lock, and restarts it.
sub kill_server {
    my ($flavor) = @_;
    my $pid = PgcTest::slurp(PgcTest::lab(uc($flavor) . '_PID_FILE')) + 0;
    kill 'KILL', $pid or die "kill $pid: $!";
    PgcTest::wait_for(20, sub { !kill 0, $pid }) or die "$pid does not die";
    return;
}

# All sessions of the test's reader.
sub kill_sessions {
    my ($t) = @_;
    my $ids = $t->source_admin("SELECT id FROM information_schema.processlist WHERE user = '$t->{user}'");
    for (@$ids) {
        eval { $t->source_admin("KILL $_->[0]"); 1 };    # one may be gone already
    }
    return scalar @$ids;
}

# A table with bytes that are no text of its column's character set, by the file of another table.
sub make_invalid_text {
    my ($t, $table) = @_;
    my $body = 'id int NOT NULL PRIMARY KEY, d %s NOT NULL';
    $t->source(sprintf("CREATE TABLE raw ($body); INSERT INTO raw VALUES (1, 'fine'), (4711, x'61ff62'), (3, x'c3a9');", 'varbinary(40)')
            . sprintf("CREATE TABLE $table ($body) DEFAULT CHARACTER SET utf8mb4; ALTER TABLE $table DISCARD TABLESPACE;", 'varchar(10)'));
    my $data = $t->source_value('SELECT @@datadir') . $t->{db};
    $t->source_while('FLUSH TABLES raw FOR EXPORT', sub { system('cp', '-p', "$data/raw.ibd", "$data/$table.ibd") == 0 }) or return 0;
    $t->source("ALTER TABLE $table IMPORT TABLESPACE; DROP TABLE raw;");
    return 1;
}

# ---------------------------------------------------------------------------------------------------
# Memory

# The most memory the process had so far, in KiB; 0 when it is gone.
sub peak_kib {
    my ($pid) = @_;
    open my $status, '<', "/proc/$pid/status" or return 0;
    while (<$status>) { return $1 if /^VmHWM:\s+(\d+) kB/ }
    return 0;
}

# The program under test, or another build of it where that one has sanitizers in it.
sub plain_program {
    my @builds = map { PgcTest::root() . "/$_/src/cli/pgconverge" } qw(build build-debug);
    for my $program (PgcTest::pgconverge(), $ENV{PGC_PLAIN} // (), @builds) {
        next if !-x $program;
        return $program if PgcTest::slurp($program) !~ /__[at]san_init/;
    }
    return;
}

# ---------------------------------------------------------------------------------------------------
# A proxy to a port of 127.0.0.1: a process of its own.
#   strip_tls    MySQL's greeting loses the flag that offers TLS; bytes from the client are counted
#   stall_after  bytes from the client after which nothing is passed on, and nothing is closed

package Complaints::Proxy;

use strict;
use warnings;
use IO::Select ();
use IO::Socket::INET ();
use Socket qw(IPPROTO_TCP TCP_NODELAY);

sub start {
    my ($class, %arg) = @_;
    my $listen = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 20, ReuseAddr => 1) or die "listen: $!";
    pipe my $read, my $write or die "pipe: $!";
    my $self = bless { port => $listen->sockport, read => $read }, $class;
    $self->{pid} = fork // die "fork: $!";
    if (!$self->{pid}) {
        close $read;
        $SIG{PIPE} = 'IGNORE';
        my $state = { %arg, note => $write, from_client => 0 };
        $SIG{TERM} = sub { syswrite $write, "sent $state->{from_client}\n"; POSIX::_exit(0) };
        _serve($listen, $state);
        POSIX::_exit(0);
    }
    close $write;
    return $self;
}

sub port { return $_[0]{port} }

sub is_stalled {
    my ($self) = @_;
    return 1 if $self->{stalled};
    return 0 if !IO::Select->new($self->{read})->can_read(0);
    sysread $self->{read}, my $text, 100 or return 0;
    return $self->{stalled} = $text =~ /stalled/ ? 1 : 0;
}

# Ends it; gives the bytes that the client sent.
sub stop {
    my ($self) = @_;
    kill 'TERM', $self->{pid};
    my $text = join '', readline $self->{read};
    waitpid $self->{pid}, 0;
    return $text =~ /sent (\d+)/ ? $1 : undef;
}

sub _serve {
    my ($listen, $state) = @_;
    my $select = IO::Select->new($listen);
    my (%peer, %is_client, %greeted);
    while (1) {
        for my $socket ($select->can_read) {
            if ($socket == $listen) {
                my $client = $listen->accept or next;
                my $server = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $state->{port}) or do { close $client; next };
                $_->setsockopt(IPPROTO_TCP, TCP_NODELAY, 1) for $client, $server;
                ($peer{$client}, $peer{$server}) = ($server, $client);
                $is_client{$client} = 1;
                $select->add($client, $server);
                next;
            }
            my $got = sysread $socket, my $bytes, 65536;
            my $peer = $peer{$socket};
            if (!$got) {
                $select->remove($socket, $peer);
                close $_ for $socket, $peer;
                next;
            }
            if ($is_client{$socket}) { $state->{from_client} += $got }
            elsif ($state->{strip_tls} && !$greeted{$socket}++) { _strip(\$bytes) }
            _stall($state) if $state->{stall_after} && $state->{from_client} > $state->{stall_after};
            _pass($peer, $bytes);
        }
    }
    return;
}

sub _pass {
    my ($socket, $bytes) = @_;
    while (length $bytes) {
        my $done = syswrite $socket, $bytes;
        return if !defined $done;
        substr $bytes, 0, $done, '';
    }
    return;
}

# Capability flags stand behind the version's NUL, the thread id, eight bytes and a zero.
sub _strip {
    my ($bytes) = @_;
    my $at = index($$bytes, "\0", 5) + 1 + 4 + 8 + 1;
    my $low = unpack 'v', substr $$bytes, $at, 2;
    substr $$bytes, $at, 2, pack 'v', $low & ~0x0800;
    return;
}

sub _stall {
    my ($state) = @_;
    syswrite $state->{note}, "stalled\n";
    sleep 1 while 1;
    return;
}

1;
