package Proxy;

# A TCP proxy that loses connections where a test says so, to see what a client makes of it.
#
#   my $proxy = Proxy->new(to => "127.0.0.1:$port", lose => Proxy::commit_replies(5));
#   ... $proxy->port ...      # connect here
#   $proxy->lost              # how many connections it has lost so far
#   $proxy->stop;             # and nobody answers on its port any more
#
# `lose` is asked for every piece of data, ($from_client, $data), before it is forwarded: '' forwards
# it, 'now' drops it and the connection, 'behind' forwards it, gives the server a moment, and drops the
# connection without its answer. It runs in the proxy's own process, one connection's data at a time.

use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;
use POSIX ();
use Time::HiRes qw(sleep);

# The reply to every n-th COMMIT of PostgreSQL's simple protocol.
sub commit_replies {
    my ($n) = @_;
    my $commits = 0;
    return sub {
        my ($from_client, $data) = @_;
        return $from_client && $data =~ /COMMIT\0/ && ++$commits % $n == 0 ? 'behind' : '';
    };
}

# Every n-th piece of data, of whichever side (or of the server alone).
sub every {
    my ($n, %arg) = @_;
    my $pieces = 0;
    return sub {
        my ($from_client) = @_;
        return '' if $arg{of_server} && $from_client;
        return ++$pieces % $n == 0 ? 'now' : '';
    };
}

sub new {
    my ($class, %arg) = @_;
    my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $arg{port} // 0, Listen => 64, ReuseAddr => 1) or die "listen: $!";
    my $self = bless { port => $listener->sockport, tally => File::Temp->new }, $class;
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        $SIG{PIPE} = 'IGNORE';
        $SIG{TERM} = $SIG{INT} = sub { POSIX::_exit(0) };
        eval { _serve($listener, @arg{qw(to lose)}, $self->{tally}->filename); 1 } or print STDERR "proxy: $@";
        POSIX::_exit(1);
    }
    close $listener;
    $self->{pid} = $pid;
    return $self;
}

sub port { return $_[0]{port} }
sub lost { return -s $_[0]{tally}->filename }

sub stop {
    my ($self) = @_;
    my $pid = delete $self->{pid} or return;
    kill 'TERM', $pid;
    waitpid $pid, 0;
    return;
}

sub DESTROY { local ($?, $!); $_[0]->stop; return }

sub _serve {
    my ($listener, $to, $lose, $tally) = @_;
    my $select = IO::Select->new($listener);
    my (%peer, %is_client);
    my $close = sub {
        for my $socket (@_) {
            $select->remove($socket);
            delete $peer{$socket};
            delete $is_client{$socket};
            close $socket;
        }
    };
    while (1) {
        for my $socket ($select->can_read) {
            if ($socket == $listener) {
                my $client = $listener->accept or next;
                my $server = IO::Socket::INET->new(PeerAddr => $to);
                if (!$server) { close $client; next }
                $select->add($client, $server);
                $peer{$client}      = $server;
                $peer{$server}      = $client;
                $is_client{$client} = 1;
                next;
            }
            my $other = $peer{$socket} or next;    # closed in this very round
            my $data;
            my $got = sysread $socket, $data, 16384;
            if (!$got) { $close->($socket, $other); next }
            my $how = $lose->($is_client{$socket}, $data);
            if ($how ne 'now' && !_send($other, $data)) { $close->($socket, $other); next }
            next if $how eq '';
            sleep 0.05 if $how eq 'behind';
            open my $file, '>>', $tally or die "$tally: $!";
            syswrite $file, 'x';
            close $file;
            $close->($socket, $other);
        }
    }
    return;
}

sub _send {
    my ($socket, $data) = @_;
    while (length $data) {
        my $sent = syswrite $socket, $data;
        return 0 if !defined $sent;
        substr $data, 0, $sent, '';
    }
    return 1;
}

1;
