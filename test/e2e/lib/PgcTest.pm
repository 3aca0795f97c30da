package PgcTest;

# What every end-to-end test needs: databases of its own on the lab's servers, with roles that may do
# no more than the documentation asks for, the program run as a user would run it, and the oracle.
#
#   my $t = PgcTest->new(flavor => 'mysql');           # or 'mariadb'
#   $t->source("CREATE TABLE t (id int PRIMARY KEY)");
#   my $run = $t->migrate;                             # { exit, out, err, seconds, ... }
#   $t->exits($run, 0, 'migrates');
#   $t->same('every value arrived');
#   $t->done;                                          # drops what new() made
#
# The servers come from `tools/lab env`. A server that is not there stops the whole test run: nothing
# is skipped. Whether a source stands still is a property of the whole server, so one test at a time
# uses a source server: new() waits for its lock, done() gives it back.
#
# Environment: PGCONVERGE (the program; build/pgconverge), PGC_KEEP=1 (leave databases and files),
# PGC_LAB_TOOL (another tools/lab).

use strict;
use warnings;
use Cwd        ();
use Fcntl      qw(:flock);
use File::Path ();
use File::Temp ();
use IO::Handle ();
use JSON::PP   ();
use POSIX      ();
use Test::More;
use Time::HiRes qw(sleep time);
use Oracle;

our $TIMEOUT = 120;    # seconds that a run of the program may take unless a test says otherwise

my ($here) = Cwd::abs_path(__FILE__) =~ m{^(.*)/lib/[^/]+$};
my $root = Cwd::abs_path("$here/../..");
my $made = 0;
my @alive;
my $owner = $$;

sub root     { return $root }
sub fixtures { return "$here/fixtures" }

$SIG{INT} = $SIG{TERM} = sub { exit 130 };    # so that END cleans up

END {
    if ($$ == $owner) {
        my $status = $?;
        $_->done for @alive;
        $? = $status;
    }
}

# ---------------------------------------------------------------------------------------------------
# The lab

_read_lab() if !$ENV{LAB_DIR};

sub _read_lab {
    open my $lab, '-|', "$root/tools/lab", 'env' or BAIL_OUT("tools/lab cannot be run: $!");
    while (<$lab>) {
        # the values are shell words: let a shell read them
        next if !/^export (\w+)=(.*)$/;
        my ($name, $word) = ($1, $2);
        $ENV{$name} = $word =~ /^[\w\/.:@%?=&+,-]*$/ ? $word : `printf %s $word`;
    }
    close $lab or BAIL_OUT('there is no lab: run tools/lab up');
    return;
}

# The value of a LAB_ variable, or the end of the whole test run.
sub lab {
    my ($name) = @_;
    return $ENV{"LAB_$name"} // BAIL_OUT("LAB_$name is not set: is the server up? tools/lab up");
}

# Restarts a lab server with extra options; without any, as it was. Another test that runs beside
# this one would lose its server: so under the server's lock, which a test with a database there has.
sub lab_restart {
    my ($server, @options) = @_;
    my $lock = (grep { $_->{flavor} eq $server && $_->{lock} } @alive) ? undef : _lock($server);
    my $tool = $ENV{PGC_LAB_TOOL} // "$root/tools/lab";
    open my $lab, '-|', $tool, 'restart', $server, @options or BAIL_OUT("$tool: $!");
    my $log = join '', <$lab>;
    close $lab or BAIL_OUT("tools/lab restart $server @options: $log");
    return;
}

sub pgconverge { return $ENV{PGCONVERGE} // "$root/build/pgconverge" }

# ---------------------------------------------------------------------------------------------------
# One source database, one target database

# new(flavor => 'mysql'|'mariadb', password => for both roles, source_options => text after
#     CREATE DATABASE, name => part of the database names)
sub new {
    my ($class, %arg) = @_;
    $ENV{PGCONVERGE} = Cwd::abs_path($ENV{PGCONVERGE}) if $ENV{PGCONVERGE};    # runs have a folder of their own
    -x pgconverge() || $arg{no_program} or BAIL_OUT(pgconverge() . ' is not there: build it first');
    my $id = sprintf 'e2e%dn%d', $$, ++$made;    # no underscore: it is a wildcard in a GRANT
    my $self = bless {
        flavor   => 'mysql',
        password => 'reader and Loader 1',
        db       => $id,
        user     => $id,
        dir      => File::Temp::tempdir("pgc-$id-XXXXXX", TMPDIR => 1),
        %arg
    }, $class;
    $self->{prefix} = uc $self->{flavor};
    $self->{lock} = _lock($self->{flavor});
    push @alive, $self;

    $self->source_admin("DROP DATABASE IF EXISTS `$id`;\n"
            . "CREATE DATABASE `$id` @{[$arg{source_options} // 'DEFAULT CHARACTER SET utf8mb4']};");
    $self->_make_reader;
    $self->_make_loader;
    return $self;
}

sub _lock {
    my ($what) = @_;
    my $file = lab('DIR') . "/e2e-$what.lock";
    open my $lock, '>>', $file or BAIL_OUT("$file: $!");
    flock $lock, LOCK_EX or BAIL_OUT("$file: $!");
    return $lock;
}

# Both source servers; first the one that no other test uses now, so that two tests side by side
# seldom wait for each other.
sub flavors {
    my $file = lab('DIR') . '/e2e-mysql.lock';
    open my $lock, '>>', $file or BAIL_OUT("$file: $!");
    return flock($lock, LOCK_EX | LOCK_NB) ? qw(mysql mariadb) : qw(mariadb mysql);
}

# The account that deploy/sql tells an administrator to make: it reads one database.
sub _make_reader {
    my ($self) = @_;
    my ($user, $db) = @$self{qw(user db)};
    my $sql = slurp("$root/deploy/sql/source-$self->{flavor}.sql");
    $sql =~ s/`mydb`/`$db`/g;
    $sql =~ s/'pgconverge_reader'/'$user'/g;
    $self->source_admin("DROP USER IF EXISTS '$user'\@'%';\n$sql\n"
            . "ALTER USER '$user'\@'%' IDENTIFIED BY " . _sql_text($self->{password}) . ' ACCOUNT UNLOCK;');
    return;
}

# The role that deploy/sql tells an administrator to make, and the first target database.
sub _make_loader {
    my ($self) = @_;
    $self->{target} = "$self->{db}t1";
    $self->{targets} = 1;
    my $sql = slurp("$root/deploy/sql/target.sql");
    $self->target_admin("\\set role $self->{user}\n\\set database $self->{target}\n$sql\n"
            . "ALTER ROLE \"$self->{user}\" PASSWORD " . _pg_text($self->{password}) . ';');
    return;
}

# A new empty target database (a test may use several, one after the other).
sub new_target {
    my ($self) = @_;
    my $name = $self->{db} . 't' . ++$self->{targets};
    $self->{target} = $name;
    $self->target_admin("CREATE DATABASE \"$name\" OWNER \"$self->{user}\" TEMPLATE template0 ENCODING 'UTF8'");
    return $name;
}

# Drops what was made. Called at the end of the process for what a test forgot.
sub done {
    my ($self) = @_;
    return if $self->{is_done}++;
    $_->kill('KILL') for grep { $_ && $_->is_running } @{ $self->{started} };
    if (!$ENV{PGC_KEEP}) {
        eval { $self->source_admin("DROP DATABASE IF EXISTS `$self->{db}`; DROP USER IF EXISTS '$self->{user}'\@'%';"); 1 }
            or diag("cleaning up: $@");
        for my $n (1 .. $self->{targets} // 0) {
            eval { $self->target_admin("DROP DATABASE IF EXISTS \"$self->{db}t$n\" WITH (FORCE)"); 1 }
                or diag("cleaning up: $@");
        }
        eval { $self->target_admin("DROP ROLE IF EXISTS \"$self->{user}\""); 1 } or diag("cleaning up: $@");
        File::Path::remove_tree($self->{dir});
    }
    else {
        diag("kept: source $self->{db}, target $self->{target}, files $self->{dir}");
    }
    close delete $self->{lock} if $self->{lock};
    @alive = grep { $_ != $self } @alive;
    return;
}

# ---------------------------------------------------------------------------------------------------
# SQL on both sides

sub source_client {
    my ($self) = @_;
    return (lab("$self->{prefix}_CLIENT"), '--binary-mode', '--default-character-set=utf8mb4');
}

sub target_client {
    my ($self, $database) = @_;
    return ($ENV{LAB_PSQL} // 'psql', '-h', lab('POSTGRES_SOCKET_DIR'), '-p', lab('POSTGRES_PORT'), '-U', 'postgres',
        '-d', $database // $self->{target});
}

# SQL as administrator in the source database: rows as arrays of texts, NULL as the word NULL.
sub source {
    my ($self, $sql) = @_;
    return _rows(_feed([$self->source_client, qw(--batch --skip-column-names), $self->{db}], $sql));
}

# Runs SQL and holds its session open while the code runs; gives what the code gave.
sub source_while {
    my ($self, $sql, $code) = @_;
    my $held = "$self->{dir}/held" . ++$self->{held};
    my @argv = ($self->source_client, qw(--batch --skip-column-names --unbuffered), $self->{db});
    my $pid = open my $client, q(|-);
    defined $pid or die "fork: $!";
    if (!$pid) {
        open STDOUT, q(>), $held or die "$held: $!";
        exec { $argv[0] } @argv or POSIX::_exit(127);
    }
    $client->autoflush(1);
    print {$client} "$sql;\nSELECT 'it is held';\n";
    wait_for(20, sub { -e $held && slurp($held) =~ /it is held/ }) or die "$sql did not end";
    my $result = $code->();
    close $client;
    return $result;
}

# The same on the target, as administrator: what the SQL locked stays locked while the code runs.
sub target_while {
    my ($self, $sql, $code) = @_;
    my $held = "$self->{dir}/held" . ++$self->{held};
    my @argv = ($self->target_client, qw(-X -q -A -t -v ON_ERROR_STOP=1));
    my $pid = open my $client, q(|-);
    defined $pid or die "fork: $!";
    if (!$pid) {
        open STDOUT, q(>), $held or die "$held: $!";
        exec { $argv[0] } @argv or POSIX::_exit(127);
    }
    $client->autoflush(1);
    print {$client} "$sql;\n\\echo it is held\n";
    wait_for(20, sub { -e $held && slurp($held) =~ /it is held/ }) or die "$sql did not end";
    my $result = $code->();
    close $client;
    return $result;
}

sub source_value { return $_[0]->source($_[1])->[0][0] }

sub source_admin {
    my ($self, $sql) = @_;
    return _rows(_feed([$self->source_client, qw(--batch --skip-column-names)], $sql));
}

# SQL of which statements may be refused: every refusal as [error number, the client's line].
sub source_force {
    my ($self, $sql) = @_;
    my $err = "$self->{dir}/force.err";
    my $file = $self->file('force.sql', $sql);
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        open STDIN,  '<', $file      or die "$file: $!";
        open STDOUT, '>', "$err.out" or die "$err.out: $!";
        open STDERR, '>', $err       or die "$err: $!";
        my @argv = ($self->source_client, '--force', $self->{db});
        exec { $argv[0] } @argv or POSIX::_exit(127);
    }
    waitpid $pid, 0;
    my $text = slurp($err);
    die "the client was not run: $text" if $? && $text !~ /^ERROR [0-9]+ /m;
    return [map { /^ERROR ([0-9]+) / ? [$1, $_] : () } split /\n/, $text];
}

# A file of SQL, or the output of a fixture's generator.
sub source_file {
    my ($self, $file, @arguments) = @_;
    my $sql;
    if (-x $file) {
        open my $in, '-|', $file, @arguments or die "$file: $!";
        $sql = do { local $/; <$in> };
        close $in or die "$file failed";
    }
    else {
        open my $in, '<', $file or die "$file: $!";
        $sql = do { local $/; <$in> };
    }
    return $self->source($sql);
}

# SQL as administrator in the target database: rows as arrays of texts, NULL as the empty text.
sub target {
    my ($self, $sql) = @_;
    return _rows(_feed([$self->target_client, qw(-X -q -A -t -F), "\t", qw(-v ON_ERROR_STOP=1)], $sql));
}

# One value; a statement that fails is shown and gives undef, so that one missing table does not end
# a whole test.
sub target_value {
    my ($self, $sql) = @_;
    my $rows = eval { $self->target($sql) } or diag($@);
    return $rows ? $rows->[0][0] : undef;
}

sub target_admin {
    my ($self, $sql) = @_;
    return _rows(_feed([$self->target_client('postgres'), qw(-X -q -A -t -F), "\t", qw(-v ON_ERROR_STOP=1)], $sql));
}

# SQL as the role that pgconverge uses on the target.
sub target_as_loader {
    my ($self, $sql) = @_;
    return $self->target("SET SESSION AUTHORIZATION \"$self->{user}\";\n$sql");
}

sub _rows { return [map { [split /\t/, $_, -1] } split /\n/, $_[0]] }

sub _feed {
    my ($argv, $sql) = @_;
    my ($in, $out, $err) = map { File::Temp->new } 1 .. 3;
    utf8::encode($sql) if utf8::is_utf8($sql);
    print {$in} $sql;
    close $in or die "temporary file: $!";
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        delete @ENV{ grep {/^PG[A-Z]/} keys %ENV };
        open STDIN,  '<', $in->filename  or die;
        open STDOUT, '>', $out->filename or die;
        open STDERR, '>', $err->filename or die;
        exec { $argv->[0] } @$argv or POSIX::_exit(127);
    }
    waitpid $pid, 0;
    my $status = $?;
    my $text = slurp($out->filename);
    if ($status) {
        my $head = substr $sql, 0, 300;
        die slurp($err->filename) . "in: $head\n";
    }
    return $text;
}

sub _sql_text { (my $text = $_[0]) =~ s/(['\\])/\\$1/g; return "'$text'" }
sub _pg_text { (my $text = $_[0]) =~ s/'/''/g; return "'$text'" }

# ---------------------------------------------------------------------------------------------------
# The program

sub escape_uri {
    my ($text) = @_;
    $text =~ s/([^A-Za-z0-9._~-])/sprintf '%%%02X', ord $1/ge;
    return $text;
}

# source_uri(tcp => 1, query => 'ssl-mode=...', user =>, password =>, host =>, port =>, db =>)
sub source_uri {
    my ($self, %arg) = @_;
    my $user     = escape_uri($arg{user} // $self->{user});
    my $password = exists $arg{password} ? $arg{password} : $self->{password};
    my $login    = defined $password ? "$user:" . escape_uri($password) : $user;
    my $db       = escape_uri($arg{db} // $self->{db});
    my $query;
    my $at = '';
    if ($arg{tcp} || $arg{host} || $arg{port}) {
        $at = ($arg{host} // '127.0.0.1') . ':' . ($arg{port} // lab("$self->{prefix}_PORT"));
        $query = $arg{query} // 'ssl-mode=VERIFY_CA&ssl-ca=' . escape_uri(lab('CA'));
    }
    else {
        $query = join '&', 'socket=' . escape_uri(lab("$self->{prefix}_SOCKET")), $arg{query} // ();
    }
    return "$self->{flavor}://$login\@$at/$db" . (length $query ? "?$query" : '');
}

# target_uri(query => ..., user =>, password =>, host =>, port =>, db =>, socket => 1)
sub target_uri {
    my ($self, %arg) = @_;
    my $user     = escape_uri($arg{user} // $self->{user});
    my $password = exists $arg{password} ? $arg{password} : $self->{password};
    my $login    = defined $password ? "$user:" . escape_uri($password) : $user;
    my $db       = escape_uri($arg{db} // $self->{target});
    my $port     = $arg{port} // lab('POSTGRES_PORT');
    my $host     = $arg{socket} ? escape_uri(lab('POSTGRES_SOCKET_DIR')) : $arg{host} // '127.0.0.1';
    return "postgresql://$login\@$host:$port/$db" . (defined $arg{query} ? "?$arg{query}" : '');
}

# Starts the program. Options first: { env => {}, stdin => text, timeout => seconds,
# stdout => a file, or 'nobody' for a pipe that nobody reads }.
sub start {
    my ($self, @arguments) = @_;
    my $option = ref $arguments[0] eq 'HASH' ? shift @arguments : {};
    my $run = PgcTest::Run->start($self, $option, @arguments);
    push @{ $self->{started} }, $run;
    return $run;
}

# Runs the program to its end: { exit, signal, out, err, seconds, timed_out }.
sub run { my ($self, @arguments) = @_; return $self->start(@arguments)->wait }

# The arguments of a migration of this test's databases.
sub migrate_arguments {
    my ($self, @more) = @_;
    return ('migrate', '--source', $self->source_uri, '--target', $self->target_uri, '--report-dir', $self->report_dir, @more);
}
sub migrate {
    my ($self, @more) = @_;
    my $option = ref $more[0] eq 'HASH' ? shift @more : {};
    return $self->run($option, $self->migrate_arguments(@more));
}
sub start_migrate {
    my ($self, @more) = @_;
    my $option = ref $more[0] eq 'HASH' ? shift @more : {};
    return $self->start($option, $self->migrate_arguments(@more));
}

sub report_dir { return "$_[0]{dir}/report" }

# The last run's report.json as a tree, or undef.
sub report {
    my ($self) = @_;
    my $file = $self->report_dir . '/report.json';
    return -e $file ? JSON::PP->new->utf8->decode(slurp($file)) : undef;
}

# A file in the test's own folder, which is also where the program runs.
sub file {
    my ($self, $name, $text) = @_;
    my $path = "$self->{dir}/$name";
    open my $out, '>', $path or die "$path: $!";
    print {$out} $text;
    close $out or die "$path: $!";
    return $path;
}

sub slurp {
    my ($file) = @_;
    open my $in, '<', $file or die "$file: $!";
    local $/;
    return scalar <$in> // '';
}

# ---------------------------------------------------------------------------------------------------
# What tests say

# The run ended with this exit code (or one of these); what it said is shown when not.
sub exits {
    my ($self, $run, $wanted, $name) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my @wanted = ref $wanted ? @$wanted : $wanted;
    my $got = $run->{timed_out} ? 'none: it ran out of time' : $run->{signal} ? "none: signal $run->{signal}" : $run->{exit};
    my $ok = ok(scalar(grep { $got eq $_ } @wanted), "$name: exit @{[join ' or ', @wanted]}");
    diag("exit was $got\n", _end_of($run->{err}), _end_of($run->{out})) if !$ok;
    return $ok;
}

# The run printed an error with an id that fits, and every text given.
sub says {
    my ($self, $run, $name, @patterns) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my $said = $run->{err} . $run->{out};
    my @missing = grep { $said !~ (ref $_ ? $_ : qr/\Q$_\E/) } @patterns;
    my $ok = ok(!@missing, $name);
    diag("not said: $_") for @missing;
    diag(_end_of($said)) if !$ok;
    return $ok;
}

sub _end_of {
    my ($text) = @_;
    return length $text > 3000 ? '...' . substr($text, -3000) : $text;
}

# Every value of the source is in the target, says the oracle. Gives the rows compared per table.
sub same {
    my ($self, $name, @tables) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my $oracle = $self->oracle;
    my @differences = $oracle->compare(@tables);
    ok(!@differences, $name);
    diag(join "\n", @differences[0 .. ($#differences > 30 ? 30 : $#differences)]) if @differences;
    return $oracle->rows;
}

sub oracle {
    my ($self, %arg) = @_;
    return Oracle->new(
        source   => [$self->source_client],
        target   => [$self->target_client],
        database => $self->{db},
        map      => $self->name_map,
        %arg
    );
}

# How the program named what PostgreSQL cannot name: from its last report, when it wrote one.
sub name_map {
    my ($self) = @_;
    my $file = $self->report_dir . '/report.json';
    return -e $file ? Oracle::map_from_json(slurp($file)) : {};
}

# Every text under a folder (and in a list of files) that holds one of the patterns.
sub files_with {
    my ($self, $pattern, @paths) = @_;
    my @found;
    require File::Find;
    File::Find::find({ no_chdir => 1, wanted => sub { push @found, $_ if -f && slurp($_) =~ $pattern } }, grep { -e } @paths);
    return @found;
}

# A digest of everything in the source: to see that a run left it alone.
sub source_digest {
    my ($self) = @_;
    my $tables = $self->oracle->source_tables;
    my $sql = join "\n", map { (my $quoted = $_) =~ s/`/``/g; "CHECKSUM TABLE `$quoted`; SHOW CREATE TABLE `$quoted`;" } sort keys %$tables;
    return join "\n", map { join ' ', @$_ } @{ $self->source($sql) };
}

# The rows in the target by table, xmin and content, as a sorted file: a row that was written anew
# has another xmin. Tables named in @tables, or all of the schema public.
sub row_versions {
    my ($self, @tables) = @_;
    @tables = map { $_->[0] } @{ $self->target("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1") }
        if !@tables;
    my $file = "$self->{dir}/versions" . ++$self->{versions};
    my $sql = join ' UNION ALL ', map { (my $q = $_) =~ s/"/""/g; "SELECT " . _pg_text($_) . " || ' ' || xmin || ' ' || md5(t::text) FROM public.\"$q\" t" } @tables;
    my $lines = $sql eq '' ? '' : _feed([$self->target_client, qw(-X -q -A -t -v ON_ERROR_STOP=1)], "COPY ($sql) TO STDOUT");
    $self->file("versions$self->{versions}", $lines);
    local $ENV{LC_ALL} = 'C';
    system('sort', '-o', $file, $file) == 0 or die "sort $file";
    return $file;
}

# How many rows of the first file the second has not: written anew, or lost.
sub versions_lost {
    my ($self, $before, $after) = @_;
    local $ENV{LC_ALL} = 'C';
    my $count = `comm -23 '$before' '$after' | wc -l`;
    return $count + 0;
}

# Waits until no session but our own is in the target database (those of a killed program end when
# the server has noticed).
sub wait_for_quiet_target {
    my ($self, $seconds) = @_;
    my $end = time + ($seconds // 15);
    while (time < $end) {
        return 1 if !$self->target_value(<<'SQL');
SELECT count(*) FROM pg_stat_activity
 WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
SQL
        sleep 0.05;
    }
    return 0;
}

# Waits until the ledger calls so many chunks done: the copy is on its way.
sub wait_for_chunks {
    my ($self, $count, $seconds) = @_;
    return wait_for($seconds // 30, sub {
        return $self->target_value("SELECT to_regclass('pgconverge.chunk') IS NOT NULL") eq 't'
            && $self->target_value("SELECT count(*) FROM pgconverge.chunk WHERE done") >= $count;
    });
}

# Waits for a condition; false when it does not come in time.
sub wait_for {
    my ($seconds, $condition) = @_;
    my $end = time + $seconds;
    while (time < $end) {
        my $found = $condition->();
        return $found if $found;
        sleep 0.02;
    }
    return;
}

# ---------------------------------------------------------------------------------------------------
package PgcTest::Run;

use strict;
use warnings;
use Time::HiRes qw(sleep time);

sub start {
    my ($class, $test, $option, @arguments) = @_;
    my $number = ++$test->{runs};
    my $base = "$test->{dir}/run$number";
    my $self = bless {
        arguments => [@arguments],
        base      => $base,
        began     => time,
        timeout   => $option->{timeout} // $PgcTest::TIMEOUT,
    }, $class;
    my $input = '/dev/null';
    $input = $test->file("run$number.in", $option->{stdin}) if defined $option->{stdin};
    my $program = PgcTest::pgconverge();

    # a signal sent at once must end the child, and not run our own handler in it
    local ($SIG{INT}, $SIG{TERM}) = ('DEFAULT', 'DEFAULT');
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        # Nothing of the tester's own surroundings: no PGPASSWORD, no ~/.my.cnf, no locale.
        my %clean = (
            PATH   => $ENV{PATH},
            HOME   => $test->{dir},
            LC_ALL => 'C.UTF-8',
            (map { $_ => $ENV{$_} } grep {/^(?:ASAN|UBSAN|TSAN|LSAN)_OPTIONS$/} keys %ENV),
            %{ $option->{env} // {} },
        );
        %ENV = %clean;
        setpgrp;
        chdir $test->{dir}              or die;
        open STDIN,  '<', $input        or die;
        if (($option->{stdout} // '') eq 'nobody') {
            pipe my $reader, my $writer or die;
            close $reader;
            open STDOUT, '>&', $writer or die;
        }
        else {
            open STDOUT, '>', $option->{stdout} // "$base.out" or die;
        }
        open STDERR, '>', "$base.err"   or die;
        exec { $program } $program, @arguments or POSIX::_exit(127);
    }
    $self->{pid} = $pid;
    return $self;
}

sub is_running {
    my ($self) = @_;
    return 0 if $self->{ended};
    return 1 if waitpid($self->{pid}, POSIX::WNOHANG()) == 0;
    $self->_end($?);
    return 0;
}

sub kill {
    my ($self, $signal) = @_;
    return CORE::kill($signal, $self->{pid});
}

# To the end, however it comes; a run that takes too long is killed and says timed_out.
sub wait {
    my ($self, $timeout) = @_;
    my $end = $self->{began} + ($timeout // $self->{timeout});
    while ($self->is_running) {
        if (time > $end) {
            $self->{timed_out} = 1;
            CORE::kill("KILL", $self->{pid});
            waitpid $self->{pid}, 0;
            $self->_end($?);
            last;
        }
        sleep 0.01;
    }
    return $self;
}

sub _end {
    my ($self, $status) = @_;
    $self->{ended}   = 1;
    $self->{seconds} = time - $self->{began};
    $self->{signal}  = $status & 127;
    $self->{exit}    = $status >> 8;
    $self->{out}     = -e "$self->{base}.out" ? PgcTest::slurp("$self->{base}.out") : '';
    $self->{err}     = $self->err;
    return;
}

# What it has said so far.
sub err { my $file = "$_[0]{base}.err"; return -e $file ? PgcTest::slurp($file) : '' }

1;
