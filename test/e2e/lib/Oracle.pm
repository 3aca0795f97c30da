package Oracle;

# Says whether a PostgreSQL database holds the same values as a MySQL or MariaDB database.
#
# It shares nothing with the program it judges: both sides are read by the servers' own command line
# clients, every value is turned into one canonical ASCII text by SQL on its own side, the lines are
# sorted by sort(1) and compared as multisets. Nothing is kept in memory but the lines being compared,
# so the size of a table does not matter. It reads only.
#
#   my $oracle = Oracle->new(source => [@client_argv], target => [@psql_argv], database => 'app');
#   my @differences = $oracle->compare;         # texts for a person; none means equal
#
# A value's canonical form, by the kind of the source column:
#   integers, years   decimal text                     bits       text of 0 and 1, full length
#   decimals          text with all its fraction       text       hex of the UTF-8 bytes
#   floats            hex of the 8 bytes as a double   bytes      hex
#   dates, times      text with six digits of fraction json       hex of the text (parsed for jsonb)
#   sets              hex of the labels, sorted        addresses  hex of their bytes
#   geometries        hex of the EWKB                  NULL       ~

use strict;
use warnings;
use File::Temp ();
use JSON::PP   ();
use Math::BigFloat;
use POSIX ();
use Socket ();

our $EXAMPLES_MAX = 5;      # differing rows told per table
our $CELL_MAX     = 120;    # characters shown of one value

sub new {
    my ($class, %arg) = @_;
    my $self = bless {
        schema => 'public',
        env    => {},
        map    => {},          # source table => { name => ..., columns => { source => target } }
        ignore => [],          # target tables that are nobody's
        keep_source => 0,      # the source stands still: what was read of it is kept
        %arg
    }, $class;
    $self->{$_} // die "Oracle->new needs $_" for qw(source target database);
    $self->{dir} = File::Temp->newdir('oracle-XXXXXX', TMPDIR => 1);
    return $self;
}

# ---------------------------------------------------------------------------------------------------
# Names: the only part that knows how the program shortens a name of more than 63 bytes.

# The map out of the JSON of `pgconverge plan --format json` or of a report.json. What is not found
# there stays under its own name.
sub map_from_json {
    my ($text) = @_;
    my $document = JSON::PP->new->utf8->decode($text);
    my %map;
    return _map_of_plan($document, \%map) if exists $document->{pgconverge_plan};
    ($document->{format} // '') =~ /^pgconverge report / or die "the oracle does not know this JSON";
    my $schema = $document->{target}{schema};
    for my $row (@{ $document->{rows} }) {
        my ($table, $target) = map { _bytes($_) } @$row{qw(table target)};
        $map{$table}{name} = $target =~ s/^\Q@{[_bytes($schema)]}\E\.//sr;
    }
    for my $column (@{ $document->{columns} }) {
        my ($table, $from, $to) = map { _bytes($_) } @$column{qw(table column target)};
        $map{$table}{columns}{$from} = $to;
    }
    return \%map;
}

sub _map_of_plan {
    my ($plan, $map) = @_;
    for my $table (@{ $plan->{tables} }) {
        my $entry = $map->{ _bytes($table->{source}{name}) } = { name => _bytes($table->{name}) };
        $entry->{columns}{ _bytes($_->{source}{name}) } = _bytes($_->{name}) for @{ $table->{columns} };
    }
    return $map;
}

sub _bytes { utf8::encode(my $bytes = $_[0]); return $bytes }

# Pairs source tables with target tables: the given map, then the same name, then, for the names that
# PostgreSQL cannot hold, the one table left whose beginning is the same.
sub _pair_tables {
    my ($self, $source, $target) = @_;
    my (%pair, %taken);
    for my $name (sort keys %$source) {
        my $to = $self->{map}{$name}{name} // $name;
        next if !$target->{$to};
        $pair{$name} = $to;
        $taken{$to} = 1;
    }
    for my $name (grep { !$pair{$_} && length $_ > 63 } sort keys %$source) {
        my @alike = sort { _common($name, $b) <=> _common($name, $a) || $a cmp $b }
            grep { !$taken{$_} && _common($name, $_) >= 20 } keys %$target;
        next if !@alike;
        $pair{$name} = $alike[0];
        $taken{ $alike[0] } = 1;
    }
    return \%pair;
}

# Pairs columns: the map, the same name, and for names too long the same place in the table.
sub _pair_columns {
    my ($self, $table, $source, $target) = @_;
    my %by_name = map { $_->{name} => $_ } @$target;
    my $columns = $self->{map}{$table}{columns} // {};
    my @pairs;
    for my $i (0 .. $#$source) {
        my $column = $source->[$i];
        my $to = $columns->{ $column->{name} } // $column->{name};
        my $found = $by_name{$to};
        $found = $target->[$i] if !$found && length $column->{name} > 63;
        push @pairs, [$column, $found];
        delete $by_name{ $found->{name} } if $found;
    }
    return (\@pairs, [sort keys %by_name]);
}

sub _common {
    my ($left, $right) = @_;
    my $n = 0;
    $n++ while $n < length $left && $n < length $right && substr($left, $n, 1) eq substr($right, $n, 1);
    return $n;
}

# ---------------------------------------------------------------------------------------------------
# The comparison

# Texts that each tell one difference. Nothing for the same data.
sub compare {
    my ($self, @only) = @_;
    my $source = $self->source_tables;
    my $target = $self->target_tables;
    my $pair   = $self->_pair_tables($source, $target);
    my %wanted = map { $_ => 1 } @only;
    my %ignore = map { $_ => 1 } @{ $self->{ignore} };
    my @differences;

    my @jobs;
    for my $name (sort keys %$source) {
        next if @only && !$wanted{$name};
        if (!$pair->{$name}) { push @differences, "table $name is not in the target"; next }
        push @jobs, $self->_job($name, $source->{$name}, $target->{ $pair->{$name} });
    }
    $self->_read(@jobs);
    $self->{rows} = {};
    push @differences, @{ $_->{differences} }, $self->_difference($_) for @jobs;
    if (!@only) {
        my %known = map { $_ => 1 } values %$pair;
        push @differences, map { "table $_ is in the target alone" }
            grep { !$known{$_} && !$ignore{$_} } sort keys %$target;
    }
    return @differences;
}

# Rows compared per source table by the last compare().
sub rows { return $_[0]{rows} }

# The name in the target, by this oracle's own reading, of a source table.
sub target_name {
    my ($self, $table) = @_;
    return $self->_pair_tables($self->source_tables, $self->target_tables)->{$table};
}

# What is to be read of one table: SQL for both sides, the filters of its cells.
sub _job {
    my ($self, $name, $source, $target) = @_;
    my ($pairs, $extra) = $self->_pair_columns($name, $source->{columns}, $target->{columns});
    my @differences = map { "table $name: column $_ is in the target alone" } @$extra;
    my (@read, @source_sql, @target_sql, @filters);

    for my $pair (@$pairs) {
        my ($from, $to) = @$pair;
        if (!$to) { push @differences, "table $name: column $from->{name} is not in the target"; next }
        my ($source_sql, $target_sql, $filter) = _canonical($from, $to);
        push @read, $from;
        push @source_sql, "IF(" . _ticked($from->{name}) . " IS NULL,'~',$source_sql)";
        push @target_sql, "coalesce(($target_sql),'~')";
        push @filters, $filter;
    }
    return {
        name        => $name,
        key         => $source->{key},
        columns     => \@read,
        differences => \@differences,
        filters     => [map { $filters[$_] ? [$_, $filters[$_]] : () } 0 .. $#filters],
        source_sql  => @read && 'SELECT ' . join(',', @source_sql) . ' FROM ' . _ticked($self->{database}) . '.' . _ticked($name),
        target_sql  => @read && 'COPY (SELECT ' . join(',', @target_sql) . ' FROM ' . _quoted($self->{schema}) . '.'
            . _quoted($target->{name}) . ') TO STDOUT',
    };
}

# Every table of both sides by one client each, into a sorted file per table. With keep_source a
# table that was read before is taken as it was: for many comparisons with a source that stands still.
sub _read {
    my ($self, @jobs) = @_;
    @jobs = grep { @{ $_->{columns} } } @jobs;
    my @from_source;
    for my $job (@jobs) {
        my $known = $self->{keep_source} && join "\n", $job->{source_sql}, map { $_->[0] } @{ $job->{filters} };
        if ($known && $self->{kept}{$known}) { $job->{source_file} = $self->{kept}{$known}; next }
        $job->{source_file} = "$self->{dir}/source" . ++$self->{files};
        $self->{kept}{$known} = $job->{source_file} if $known;
        push @from_source, $job;
    }
    $_->{target_file} = "$self->{dir}/target" . ++$self->{files} for @jobs;
    my $source = @from_source && $self->_start_source([map { $_->{source_sql} } @from_source], "$self->{dir}/source");
    my $target = @jobs && $self->_start_target([map { $_->{target_sql} } @jobs], "$self->{dir}/target");
    for ([$source, 'source_file', \@from_source], [$target, 'target_file', \@jobs]) {
        my ($client, $file, $of) = @$_;
        next if !$client;
        _finish($client);
        $self->_split($client->{file}, $file, @$of);
        unlink $client->{file};
    }
    return;
}

our $SORT_MAX = 8 << 20;    # bytes sorted in memory, beyond that by sort(1)

# A client's output becomes one sorted file per table.
sub _split {
    my ($self, $all, $file, @jobs) = @_;
    open my $in, '<', $all or die "$all: $!";
    my $line = <$in>;
    for my $n (0 .. $#jobs) {
        defined $line && $line eq "=== $n\n" or die "$all: not the rows of table $jobs[$n]{name}";
        my ($size, @lines, $out) = 0;
        while (defined($line = <$in>) && $line !~ /^=== /) {
            if (@{ $jobs[$n]{filters} }) {
                my @cells = _cells($line);
                $cells[$_->[0]] = $_->[1]->($cells[$_->[0]]) for @{ $jobs[$n]{filters} };
                $line = join("\t", @cells) . "\n";
            }
            push @lines, $line;
            next if ($size += length $line) < $SORT_MAX;
            if (!$out) {
                local $ENV{LC_ALL} = 'C';
                open $out, '|-', 'sort', '-S', '64M', '-T', "$self->{dir}", '-o', $jobs[$n]{$file} or die "sort: $!";
            }
            print {$out} splice @lines;
        }
        if ($out) { print {$out} @lines }
        else {
            open $out, '>', $jobs[$n]{$file} or die "$jobs[$n]{$file}: $!";
            print {$out} sort @lines;
        }
        close $out or die "$jobs[$n]{$file}: not written";
    }
    return;
}

# Reads two sorted files side by side and tells what only one of them holds.
sub _difference {
    my ($self, $job) = @_;
    my ($name, $key, $columns) = @$job{qw(name key columns)};
    return if !@$columns;
    open my $left,  '<', $job->{source_file} or die "$job->{source_file}: $!";
    open my $right, '<', $job->{target_file} or die "$job->{target_file}: $!";
    unlink $job->{target_file}, $self->{keep_source} ? () : $job->{source_file};
    my ($l, $r) = (scalar <$left>, scalar <$right>);
    my ($rows, $missing, $surplus) = (0, 0, 0);
    my (@missing, @surplus);
    while (defined $l || defined $r) {
        if (defined $l && defined $r && $l eq $r) {
            $rows++;
            ($l, $r) = (scalar <$left>, scalar <$right>);
        }
        elsif (!defined $r || (defined $l && $l lt $r)) {
            $rows++;
            push @missing, $l if $missing++ < $EXAMPLES_MAX;
            $l = <$left>;
        }
        else {
            push @surplus, $r if $surplus++ < $EXAMPLES_MAX;
            $r = <$right>;
        }
    }
    $self->{rows}{$name} = $rows;
    return if !$missing && !$surplus;

    my @texts = ("table $name: $missing rows are in the source alone, $surplus in the target alone");
    my %index;
    @index{ map { $_->{name} } @$columns } = (0 .. $#$columns);
    my @key = map { $index{$_} } grep { defined $index{$_} } @$key;
    my %by_key;
    if (@key) {
        for my $line (@surplus) {
            my @cells = _cells($line);
            $by_key{ join "\t", @cells[@key] } = \@cells;
        }
    }
    for my $line (@missing) {
        my @cells = _cells($line);
        my $other = @key ? delete $by_key{ join "\t", @cells[@key] } : undef;
        my $where = join ', ', map { "$columns->[$_]{name}=" . _shown($columns->[$_], $cells[$_]) } @key;
        if (!$other) {
            push @texts, "table $name: only in the source: " . ($where || _row($columns, \@cells));
            next;
        }
        for my $i (grep { $cells[$_] ne $other->[$_] } 0 .. $#cells) {
            push @texts, "table $name: row $where: column $columns->[$i]{name}: source "
                . _shown($columns->[$i], $cells[$i]) . " target " . _shown($columns->[$i], $other->[$i]);
        }
    }
    if (@key) {
        for my $cells (map { $by_key{$_} } sort keys %by_key) {
            push @texts, "table $name: only in the target: "
                . join ', ', map { "$columns->[$_]{name}=" . _shown($columns->[$_], $cells->[$_]) } @key;
        }
    }
    else {
        push @texts, map { "table $name: only in the target: " . _row($columns, [_cells($_)]) } @surplus;
    }
    return @texts;
}

# A line of one empty cell is one cell to us, and none to split.
sub _cells { chomp(my $line = $_[0]); return length $line ? split(/\t/, $line, -1) : ('') }

sub _row {
    my ($columns, $cells) = @_;
    return join ', ', map { "$columns->[$_]{name}=" . _shown($columns->[$_], $cells->[$_]) } 0 .. $#$columns;
}

# A canonical value for a person to read.
sub _shown {
    my ($column, $cell) = @_;
    return 'NULL' if $cell eq '~';
    if ($column->{kind} =~ /^(?:text|set|json)$/ && $cell =~ /^(?:[0-9A-F]{2})*$/) {
        my $bytes = pack 'H*', substr $cell, 0, 2 * $CELL_MAX;
        $bytes =~ s/([^\x20-\x7e]|\\)/sprintf '\\x%02x', ord $1/ge;
        $cell = "'$bytes'";
    }
    elsif ($column->{kind} eq 'float') {
        $cell .= sprintf '(%.17g)', unpack 'd>', pack 'H*', $cell;
    }
    return length $cell > $CELL_MAX ? substr($cell, 0, $CELL_MAX) . '...' : $cell;
}

# ---------------------------------------------------------------------------------------------------
# Canonical forms: (SQL for the source, SQL for the target, filter applied to both or undef)

sub _canonical {
    my ($from, $to) = @_;
    my $s = _ticked($from->{name});
    my $t = _quoted($to->{name});
    my $type = $to->{type};
    my $kind = $from->{kind};

    my $is_text = $type eq 'text' || $type eq 'character varying';

    # by a rule: other types that hold the same values
    if ($is_text) {
        # a ZEROFILL keeps its zeros as text
        return ("CAST($s+0 AS CHAR)", "($t\::text)::numeric::text") if $kind eq 'integer' || ($kind eq 'decimal' && $from->{full_type} =~ /zerofill/);
        return ("CAST($s AS CHAR)", "$t\::text") if $kind =~ /^(?:date|datetime|timestamp|time)$/;
        return ("LOWER(HEX(REVERSE(SUBSTR(ST_AsBinary(POINT(CAST($s AS DOUBLE),0)),6,8))))",
            "encode(float8send($t\::text::" . ($from->{full_type} =~ /^float/ ? 'float4::float8' : 'float8') . "),'hex')")
            if $kind eq 'float';
    }
    return ("LPAD(BIN($s+0),$from->{bits},'0')", "right((('x'||encode($t,'hex'))::varbit)::text,$from->{bits})")
        if $kind eq 'bit' && $type eq 'bytea';
    return ("CAST($s+0 AS CHAR)", "$t\::text") if $kind eq 'bit' && $type =~ /^(?:smallint|integer|bigint|numeric)$/;
    return ("CAST(CAST($s AS TIME(6)) AS CHAR)", _interval_text("($t*interval '1 microsecond')")) if $kind eq 'time' && $type eq 'bigint';
    return ("HEX($s)", "upper(encode($t,'hex'))") if $kind eq 'text' && $type eq 'bytea';

    return ("CAST($s+0 AS CHAR)", $type eq 'boolean' ? "$t\::int::text" : "$t\::text")
        if $kind eq 'integer';
    return ($from->{full_type} =~ /zerofill/ ? "CAST($s+0 AS CHAR)" : "CAST($s AS CHAR)", "$t\::text")
        if $kind eq 'decimal';
    return ("LOWER(HEX(REVERSE(SUBSTR(ST_AsBinary(POINT(CAST($s AS DOUBLE),0)),6,8))))",
        "encode(float8send($t\::float8),'hex')")
        if $kind eq 'float';
    return ("LPAD(BIN($s+0),$from->{bits},'0')", $type eq 'boolean' ? "$t\::int::text" : "$t\::text")
        if $kind eq 'bit';
    return ("CAST($s AS CHAR)", "$t\::text") if $kind eq 'date';
    return ("DATE_FORMAT($s,'%Y-%m-%d %H:%i:%s.%f')",
        "to_char($t, 'YYYY-MM-DD HH24:MI:SS.US') || case when extract(year from $t) < 0 then ' BC' else '' end")
        if $kind eq 'datetime' && $type !~ /with time zone/;
    # timestamptz: the session is at UTC on both sides, so to_char() tells the instant
    return ("DATE_FORMAT($s,'%Y-%m-%d %H:%i:%s.%f')", "to_char($t, 'YYYY-MM-DD HH24:MI:SS.US')")
        if $kind eq 'datetime' || $kind eq 'timestamp';
    return ("CAST(CAST($s AS TIME(6)) AS CHAR)", _interval_text($t)) if $kind eq 'time';
    return ("HEX(CAST($s AS CHAR))", "upper(encode(convert_to(" . _address_text($t) . ",'UTF8'),'hex'))", \&_address_bytes)
        if $kind eq 'word' && $type eq 'inet';
    return ("HEX(CAST($s AS CHAR))", "upper(encode(convert_to($t\::text,'UTF8'),'hex'))") if $kind eq 'word';
    return (_ewkb("HEX($s)"), "upper(encode($t\::bytea,'hex'))") if $kind eq 'geometry';
    if ($kind eq 'bytes') {
        return ("HEX($s)", _floats_hex($t)) if $type eq 'real[]';
        return ("HEX($s)", "upper(replace($t\::text,'-',''))") if $type eq 'uuid';
        return ("HEX($s)", "upper(encode($t,'hex'))");
    }
    if ($kind eq 'set') {
        return ("HEX(CONVERT($s USING utf8mb4))",
            $type eq 'text[]'
            ? "upper(encode(convert_to(array_to_string($t,',','<null>'),'UTF8'),'hex'))"
            : "upper(encode(convert_to($t\::text,'UTF8'),'hex'))",
            \&_sorted_labels);
    }
    my $source_text = "HEX(CONVERT($s USING utf8mb4))";
    $source_text = "HEX(LOWER(CONVERT($s USING utf8mb4)))" if $type eq 'uuid';
    my $target_text = $type eq 'bytea' ? "upper(encode($t,'hex'))"
        : "upper(encode(convert_to($t\::text,'UTF8'),'hex'))";
    # MariaDB's JSON is a text with a check: the target's type says that it is a document
    return ($source_text, $target_text, $type eq 'jsonb' ? \&_canonical_json : undef);
}

# hh:mm:ss.ffffff with as many hours as it takes. Days and months are told apart from hours: they
# would compare equal in PostgreSQL and be read as something else by a program.
sub _interval_text {
    my ($t) = @_;
    my $us = "(extract(epoch from $t)*1000000)::bigint";
    return "case when extract(year from $t) <> 0 or extract(month from $t) <> 0 or extract(day from $t) <> 0"
        . " then 'not in hours: ' || $t\::text else"
        . " case when $us < 0 then '-' else '' end"
        . " || case when abs($us)/3600000000 < 100 then lpad((abs($us)/3600000000)::text,2,'0')"
        . " else (abs($us)/3600000000)::text end"
        . " || ':' || lpad((abs($us)/60000000%60)::text,2,'0')"
        . " || ':' || lpad((abs($us)/1000000%60)::text,2,'0')"
        . " || '.' || lpad((abs($us)%1000000)::text,6,'0') end";
}

# With a netmask an address is another thing than the one that was there.
sub _address_text {
    my ($t) = @_;
    return "case when masklen($t) = case family($t) when 4 then 32 else 128 end then host($t) else $t\::text end";
}

# The servers write the same IPv6 address in different ways.
sub _address_bytes {
    my ($hex) = @_;
    return $hex if $hex eq '~';
    my $text = pack 'H*', $hex;
    my $bytes = Socket::inet_pton($text =~ /:/ ? Socket::AF_INET6() : Socket::AF_INET(), $text) // die "no address: $text";
    return uc unpack 'H*', $bytes;
}

# SRID and well-known binary, little endian, as EWKB: without SRID the binary alone, else with a bit in
# the type's last byte and the SRID behind it.
sub _ewkb {
    my ($hex) = @_;
    return "IF(LEFT($hex,8)='00000000',SUBSTR($hex,9),CONCAT(SUBSTR($hex,9,8),'20',LEFT($hex,8),SUBSTR($hex,19)))";
}

# The elements of a real[] as the bytes of little endian floats.
sub _floats_hex {
    my ($t) = @_;
    return "case when $t is not null then (select coalesce(string_agg(upper(encode(substr(f,4,1)||substr(f,3,1)||substr(f,2,1)||substr(f,1,1),'hex')),'' order by n),'')"
        . " from (select n, float4send(x) as f from unnest($t) with ordinality as u(x, n)) as v) end";
}

sub _sorted_labels {
    my ($hex) = @_;
    return $hex if $hex eq '~';
    return uc unpack 'H*', join ',', sort split /,/, pack('H*', $hex), -1;
}

# jsonb keeps neither the order nor the way a number is written: both sides go through one parser of
# our own that keeps every digit.
sub _canonical_json {
    my ($hex) = @_;
    return $hex if $hex eq '~';
    my $text = pack 'H*', $hex;
    pos($text) = 0;
    my $out = _json_value(\$text);
    return $hex if $text !~ /\G\s*\z/gc;
    return uc unpack 'H*', $out;
}

sub _json_value {
    my ($text) = @_;
    $$text =~ /\G\s+/gc;
    if ($$text =~ /\G\{\s*/gc) {
        my %pairs;
        while ($$text !~ /\G\s*\}/gc) {
            my $key = _json_value($text);
            $$text =~ /\G\s*:\s*/gc or die "the oracle cannot read a JSON object at byte " . pos $$text;
            $pairs{$key} = _json_value($text);
            $$text =~ /\G\s*,\s*/gc;
        }
        return '{' . join(',', map { "$_:$pairs{$_}" } sort keys %pairs) . '}';
    }
    if ($$text =~ /\G\[\s*/gc) {
        my @items;
        while ($$text !~ /\G\s*\]/gc) {
            push @items, _json_value($text);
            $$text =~ /\G\s*,\s*/gc;
        }
        return '[' . join(',', @items) . ']';
    }
    if ($$text =~ /\G"((?:[^"\\]|\\.)*)"/gcs) {
        my $decoded = JSON::PP->new->utf8->allow_nonref->decode("\"$1\"");
        return JSON::PP->new->utf8->allow_nonref->ascii->encode("$decoded");
    }
    return $1 if $$text =~ /\G(true|false|null)/gc;
    if ($$text =~ /\G(-?[0-9][-+.0-9eE]*)/gc) {
        return Math::BigFloat->new($1)->bsstr;
    }
    die "the oracle cannot read JSON at byte " . (pos($$text) // 0);
}

# ---------------------------------------------------------------------------------------------------
# The catalogs. Names travel as hex: a name may hold a tab or a newline.

my %KIND = (
    (map { $_ => 'integer' } qw(tinyint smallint mediumint int bigint year)),
    (map { $_ => 'float' } qw(float double)),
    (map { $_ => 'text' } qw(char varchar tinytext text mediumtext longtext enum)),
    (map { $_ => 'bytes' }
            qw(binary varbinary tinyblob blob mediumblob longblob vector)),
    (map { $_ => 'geometry' }
            qw(geometry point linestring polygon multipoint multilinestring multipolygon geomcollection geometrycollection)),
    (map { $_ => 'word' } qw(uuid inet4 inet6)),
    map { $_ => $_ } qw(decimal bit date datetime timestamp time set json),
);

# { name => { name, columns => [{ name, kind, full_type, bits }], key => [column names] } }
sub source_tables {
    my ($self) = @_;
    return $self->{kept_tables} if $self->{kept_tables};
    my $database = "CONVERT(0x" . unpack('H*', $self->{database}) . " USING utf8mb4)";
    my %tables;
    for ($self->_source_rows(<<"SQL")) {
SELECT HEX(t.table_name), HEX(c.column_name), HEX(c.data_type), HEX(CONVERT(c.column_type USING utf8mb4)),
       COALESCE(c.numeric_precision, 0)
  FROM information_schema.tables t
  JOIN information_schema.columns c ON c.table_schema = t.table_schema AND BINARY c.table_name = BINARY t.table_name
 WHERE t.table_schema = $database AND t.table_type IN ('BASE TABLE', 'SYSTEM VERSIONED')
 ORDER BY BINARY t.table_name, c.ordinal_position
SQL
        my ($table, $column, $type, $full_type) = map { pack 'H*', $_ } @$_[0 .. 3];
        my $kind = $KIND{$type} // die "the oracle does not know the type $type of $table.$column";
        $tables{$table}{name} = $table;
        $tables{$table}{key} //= [];
        push @{ $tables{$table}{columns} },
            { name => $column, kind => $kind, full_type => $full_type, bits => $_->[4] };
    }
    for ($self->_source_rows(<<"SQL")) {
SELECT HEX(table_name), HEX(column_name) FROM information_schema.statistics
 WHERE table_schema = $database AND index_name = 'PRIMARY' ORDER BY BINARY table_name, seq_in_index
SQL
        my ($table, $column) = map { pack 'H*', $_ } @$_;
        push @{ $tables{$table}{key} }, $column;
    }
    $self->{kept_tables} = \%tables if $self->{keep_source};
    return \%tables;
}

# { name => { name, columns => [{ name, type }] } }
sub target_tables {
    my ($self) = @_;
    my %tables;
    for ($self->_target_rows(<<"SQL")) {
COPY (SELECT encode(convert_to(c.relname, 'UTF8'), 'hex'), encode(convert_to(a.attname, 'UTF8'), 'hex'),
             format_type(a.atttypid, NULL)
        FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
       WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname = @{[_literal($self->{schema})]}
       ORDER BY c.relname, a.attnum) TO STDOUT
SQL
        my ($table, $column) = map { pack 'H*', $_ } @$_[0, 1];
        $tables{$table}{name} = $table;
        push @{ $tables{$table}{columns} }, { name => $column, type => $_->[2] };
    }
    return \%tables;
}

# ---------------------------------------------------------------------------------------------------
# Talking to the servers

sub _ticked  { (my $name = $_[0]) =~ s/`/``/g; return "`$name`" }
sub _quoted  { (my $name = $_[0]) =~ s/"/""/g; return "\"$name\"" }
sub _literal { (my $text = $_[0]) =~ s/'/''/g; return "'$text'" }

sub _source_rows {
    my ($self, $sql) = @_;
    my $file = "$self->{dir}/catalog";
    _finish($self->_start_source([$sql], $file));
    return _read_rows($file);
}

sub _target_rows {
    my ($self, $sql) = @_;
    my $file = "$self->{dir}/catalog";
    _finish($self->_start_target([$sql], $file));
    return _read_rows($file);
}

sub _read_rows {
    my ($file) = @_;
    open my $in, '<', $file or die "$file: $!";
    <$in>;
    return map { [_cells($_)] } <$in>;
}

# Statements, and before the rows of each a line "=== N", which no canonical form looks like. They
# travel as hex too, so that the client's own parser never meets a name.
sub _start_source {
    my ($self, $statements, $file) = @_;
    my $script = "SET NAMES utf8mb4; SET time_zone='+00:00'; SET sql_mode='';\n"
        . join '', map { "SELECT '=== $_';\nSET \@s = CONVERT(0x" . unpack('H*', $statements->[$_]) . " USING utf8mb4);\n"
            . "PREPARE p FROM \@s; EXECUTE p;\n" } 0 .. $#$statements;
    return _start([@{ $self->{source} }, qw(--batch --raw --skip-column-names --quick)], $self->{env}, $script, $file);
}

sub _start_target {
    my ($self, $statements, $file) = @_;
    my $script = "SET timezone = 'UTC'; SET datestyle = 'ISO, YMD'; SET intervalstyle = 'postgres';\n"
        . "SET bytea_output = 'hex'; SET client_encoding = 'UTF8'; SET row_security = off;\n"
        . "SET search_path = ''; SET statement_timeout = 0;\n"
        . join '', map { "\\echo === $_\n$statements->[$_];\n" } 0 .. $#$statements;
    return _start([@{ $self->{target} }, qw(-X -q -A -t -v ON_ERROR_STOP=1)], $self->{env}, $script, $file);
}

sub _start {
    my ($argv, $env, $script, $file) = @_;
    open my $in, '>', "$file.sql" or die "$file.sql: $!";
    print {$in} $script;
    close $in or die "$file.sql: $!";
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        %ENV = (%ENV, %$env);
        open STDIN,  '<', "$file.sql" or die "$file.sql: $!";
        open STDOUT, '>', $file       or die "$file: $!";
        open STDERR, '>', "$file.err" or die "$file.err: $!";
        exec { $argv->[0] } @$argv or POSIX::_exit(127);
    }
    return { pid => $pid, file => $file, argv => $argv };
}

sub _finish {
    my ($job) = @_;
    waitpid $job->{pid}, 0;
    return if $? == 0;
    open my $err, '<', "$job->{file}.err" or die "$job->{file}.err: $!";
    my $text = do { local $/; <$err> };
    die "the oracle's client $job->{argv}[0] failed: $text";
}

1;
