package RandomSchema;

# A database of chance: tables, keys and values over all types that the program knows. The same seed
# gives the same bytes on every machine, so a seed is a test.
#
#   my $schema = RandomSchema->new(flavor => 'mysql', seed => 7);
#   $schema->sql          the statements, to be run inside an empty database by a client with --force:
#                         rows that meet a key, a CHECK or an empty parent are refused, and that is all
#                         that may be (see harmless())
#   $schema->tables       [{ name, columns => [{ name, type, default, auto, ... }], pk, uniques, fks }]
#   $schema->config       the text of a configuration with rules for types, or undef
#   $schema->poison       undef, or a value that PostgreSQL cannot hold: { id, table, column, count_sql }
#   $schema->jobs, ->chunk_rows, ->is_killed
#
# Every text that is a value is written in hex, so that no client can change it; names, comments and
# defaults are quoted, because there the servers' own quoting is what is tried.

use strict;
use warnings;
use utf8;

# What the servers may refuse while the rows go in, by error number: a key met twice, a parent that is
# not there (yet), a child that is, a CHECK, a key part of NULL where the parent had no row.
my %HARMLESS = map { $_ => 1 } 1048, 1062, 1451, 1452, 3819, 4025;
sub harmless { return $HARMLESS{ $_[1] } }

my $ROWS_A_SEED = 2400;
my $ROW_BYTES   = 40_000;    # of a row's fixed and varying columns; MySQL's limit is 65,535
my $KEY_BYTES   = 1800;      # of an index's entry, in UTF-8; PostgreSQL's limit is 2,704

sub new {
    my ($class, %arg) = @_;
    my $self = bless { state => ($arg{seed} * 2654435761 + 12345) & 0xffffffff || 1, names => {}, big => 0, %arg }, $class;
    $self->below(2) for 1 .. 20;
    $self->{is_mysql} = $self->{flavor} eq 'mysql';
    $self->{jobs} = 1 + $self->below(4);
    $self->{chunk_rows} = $self->pick(50, 51, 64, 97, 100, 200, 333, 500, 1000, 2000);
    $self->{is_killed} = $self->chance(30);
    $self->_make_tables;
    $self->_write;
    return $self;
}

sub sql        { return $_[0]{sql} }
sub tables     { return $_[0]{tables} }
sub poison     { return $_[0]{poison} }
sub config     { return $_[0]{config} }
sub jobs       { return $_[0]{jobs} }
sub chunk_rows { return $_[0]{chunk_rows} }
sub is_killed  { return $_[0]{is_killed} }

# ---------------------------------------------------------------------------------------------------
# Chance: xorshift with 32 bits

sub _next {
    my ($self) = @_;
    my $x = $self->{state};
    $x ^= ($x << 13) & 0xffffffff;
    $x ^= $x >> 17;
    $x ^= ($x << 5) & 0xffffffff;
    return $self->{state} = $x;
}
sub below { my ($self, $n) = @_; return int(($self->_next >> 3) % $n) }
sub pick { my ($self, @of) = @_; return $of[$self->below(scalar @of)] }
sub chance { my ($self, $percent) = @_; return $self->below(100) < $percent }
sub between { my ($self, $from, $to) = @_; return $from + $self->below($to - $from + 1) }
sub digits { my ($self, $n) = @_; return join '', map { $self->below(10) } 1 .. $n }
sub hex_digits { my ($self, $n) = @_; return join '', map { sprintf '%x', $self->below(16) } 1 .. $n }
sub bytes { my ($self, $n) = @_; return join '', map { chr $self->below(256) } 1 .. $n }
sub shuffle {
    my ($self, @of) = @_;
    for my $i (reverse 1 .. $#of) { my $j = $self->below($i + 1); @of[$i, $j] = @of[$j, $i] }
    return @of;
}

# More often small than large.
sub size {
    my ($self, $most) = @_;
    my $n = $self->pick(0, 1, 2, 5, 10, 30, $most, $self->below($most + 1));
    return $n > $most ? $most : $n;
}

# ---------------------------------------------------------------------------------------------------
# Character sets. What is no character of a set, in both servers (asked by a round trip of all bytes).

my %UNDEFINED = (
    dec8  => 'a4 a6 ac-af b4 b8 be d0 de f0 fe-ff', hp8 => 'ff', swe7 => '7f-ff', ascii => '80-ff',
    hebrew => 'a1 bf-de fb-fc ff', tis620 => 'a0 db-de fc-ff', greek => 'a4-a5 aa ae d2 ff',
    cp1250 => '81 83 88 90 98', armscii8 => 'a4-a5 a9 ab-ac ff', cp1251 => '98',
    cp1256 => '8a 8f 98 9a 9f aa c0 ff', cp1257 => '81 83 88 8a 8c 90 98 9a 9c 9f a1 a5',
    geostd8 => '81 83 88 8a 8c-90 98-9a 9c-9f e6-fc fe-ff',
    map { $_ => '' } qw(cp850 koi8r latin1 latin2 koi8u latin5 cp866 keybcs2 macce macroman cp852 latin7),
);
# Characters of two bytes (and the half-wide katakana) that both servers know: spots of each set.
my %DOUBLE = (
    sjis => [[0x889f, 0x88fc], [0x8940, 0x897e], [0x82a0, 0x82f1], [0xa1, 0xdf], [0x8140, 0x817e]],
    cp932 => [[0x889f, 0x88fc], [0x82a0, 0x82f1], [0xa1, 0xdf], [0x8140, 0x817e], [0xed40, 0xed7e], [0xfa40, 0xfa7e]],
    gbk => [[0xb0a1, 0xb0fe], [0xd7a1, 0xd7f9], [0x8140, 0x817e], [0xc4e3, 0xc4fe], [0xa1a1, 0xa1fe]],
    gb2312 => [[0xb0a1, 0xb0fe], [0xf7a1, 0xf7fe], [0xa1a1, 0xa1fe]],
    big5 => [[0xa440, 0xa47e], [0xc940, 0xc97e], [0xa15c, 0xa17e], [0xf9a1, 0xf9d5]],
    euckr => [[0xb0a1, 0xb0fe], [0xcaa1, 0xcafe], [0xa1a1, 0xa1fe]],
    ujis => [[0xb0a1, 0xb0fe], [0xa4a1, 0xa4f3], [0x8eb1, 0x8edf], [0x8fb0a1, 0x8fb0fe], [0x8fe1a1, 0x8fe1fe]],
    eucjpms => [[0xb0a1, 0xb0fe], [0xa4a1, 0xa4f3], [0x8eb1, 0x8edf], [0x8fb0a1, 0x8fb0fe], [0xada1, 0xadb4]],
    gb18030 => [[0xb0a1, 0xb0fe], [0x8140, 0x817e], [0x81308130, 0x81308139], [0x8230c330, 0x8230c339], [0x90308130, 0x90308139], [0xe3329a30, 0xe3329a35]],
);
my @UNICODE = qw(utf8mb4 utf8mb4 utf8mb4 utf8mb4 utf8mb3 utf8mb3 ucs2 utf16 utf16le utf32);
my %BMP_ALONE = (utf8mb3 => 1, ucs2 => 1);
my %SINGLE;

sub _single {
    my ($set) = @_;
    return $SINGLE{$set} //= do {
        my %bad;
        for (split ' ', $UNDEFINED{$set}) { my ($from, $to) = /^(..)(?:-(..))?$/; @bad{ hex $from .. hex($to // $from) } = () }
        [grep { !exists $bad{$_} } 1 .. 255];
    };
}
# A byte that is no character of the set, or undef.
sub _undefined_byte { my ($set) = @_; my $spots = $UNDEFINED{$set // ''}; return $spots ? substr $spots, 0, 2 : undef }

my @SPOTS = (
    [0x20, 0x7e], [0x20, 0x7e], [0x20, 0x7e], [0x01, 0x1f], [0x7f, 0xa0], [0xa1, 0x17f], [0x300, 0x36f], [0x370, 0x3ff], [0x400, 0x45f],
    [0x590, 0x5f4], [0x600, 0x66f], [0x1100, 0x11ff], [0x200b, 0x202e], [0x20a0, 0x20bf], [0x3040, 0x30ff], [0x4e00, 0x4f00], [0xac00, 0xad00],
    [0xe000, 0xe010], [0xfb00, 0xfb06], [0xfe00, 0xfe0f], [0xff01, 0xff5e], [0xfff9, 0xfffd], [0xfeff, 0xfeff],
    [0x10000, 0x10010], [0x1d4b3, 0x1d4c0], [0x1f600, 0x1f64f], [0x1f3fb, 0x1f3ff], [0x20000, 0x20010], [0xe0001, 0xe007f], [0x10fff0, 0x10fffd],
);

sub characters {
    my ($self, $n, $bmp_alone) = @_;
    my @spots = $bmp_alone ? grep { $_->[0] < 0x10000 } @SPOTS : @SPOTS;
    @spots = $self->pick(@spots) if $self->chance(20);
    return join '', map { my $spot = $self->pick(@spots); chr $self->between(@$spot) } 1 .. $n;
}

my @WORDS = ('', ' ', 'a ', ' a', "tab\t", "\n", "\r\n", "\\", "\\\\", "'", '"', '`', "''", '\\N', 'NULL', '\\.', '\\x41', "\\'", '%s%n',
    '${x}', '{}', '{a,b}', '$$', "\x01", "\x1f\x7f", "\x0b\x0c", ';', '--', '/* */', '0', '-1', '1e5', 'true', '0000-00-00', '<b>');
my @WIDE_WORDS = ('é', "e\x{301}", 'ß', 'ı', 'İ', "\x{feff}", "\x{fffd}", "\x{202e}x", "\x{a0}", "\x{2028}", "\x{85}", "\x{ffff}", "\x{3000}");
my @EMOJI = ("\x{1f600}", "\x{1f469}\x{200d}\x{1f467}", "\x{10ffff}", "\x{1f1f3}\x{1f1f1}");

# A text of at most n characters, as SQL: in the column's own bytes, or in UTF-8.
sub text_value {
    my ($self, $column, $n) = @_;
    my $set = $column->{charset};
    my $length = $self->chance(8) ? $n : $self->size($n);
    if (exists $UNDEFINED{$set}) {
        return _utf8($self->_word($n)) if $set ne 'swe7' && $self->chance(20);    # it has no backslash
        my $single = _single($set);
        my $all = join '', map { chr } @$single;
        my $bytes = $n >= 255 && $self->chance(10) ? $all : join '', map { chr $self->pick(@$single) } 1 .. $length;
        return "_$set x'" . unpack('H*', $bytes) . "'";
    }
    if ($DOUBLE{$set}) {
        return _utf8($self->_word($n)) if $self->chance(20);
        my $hex = join '', map {
            my $code = $self->chance(30) ? $self->between(0x20, 0x7d) : $self->between(@{ $self->pick(@{ $DOUBLE{$set} }) });
            # these are other characters in a set of the Japanese, or none
            sprintf $code < 256 ? '%02x' : $code < 65536 ? '%04x' : $code < 0x1000000 ? '%06x' : '%08x', $code == 0x5c || $code == 0x7e ? 0x41 : $code;
        } 1 .. $length;
        return "_$set x'$hex'";
    }
    my $bmp_alone = $BMP_ALONE{$set};
    return _utf8($self->_word($n, @WIDE_WORDS, $bmp_alone ? () : @EMOJI)) if $self->chance(25);
    return _utf8($self->characters($length, $bmp_alone));
}

sub _word {
    my ($self, $n, @more) = @_;
    my @fit = grep { length $_ <= $n } @WORDS, @more;
    my $word = $self->pick(@fit);
    $word .= $self->pick(grep { length($word) + length $_ <= $n } @fit) if $self->chance(40);
    return $word;
}

sub _utf8 { my ($text) = @_; utf8::encode($text); return "_utf8mb4 x'" . unpack('H*', $text) . "'" }
sub _hex { return "x'" . unpack('H*', $_[0]) . "'" }
sub _ticked { (my $name = $_[0]) =~ s/`/``/g; return "`$name`" }
sub _quoted { (my $text = $_[0]) =~ s/(['\\])/$1$1/g; return "'$text'" }

# ---------------------------------------------------------------------------------------------------
# Types. Each gives { type, value => code that gives SQL, default => SQL of a literal or undef,
# key_bytes => bytes of an index entry, 0 when it cannot be a key, row_bytes, kind }.

my %INT_BITS = (tinyint => 8, smallint => 16, mediumint => 24, int => 32, bigint => 64);

# Of as many bits as comes, so that small numbers are not rare. Perl's integers have 64 bits.
sub _int_value {
    my ($self, $bits, $unsigned) = @_;
    my $used = $self->chance(40) ? $bits : 1 + $self->below($bits);
    my $n = ($self->_next << 32 | $self->_next) >> (64 - $used);
    return sprintf '%u', $n if $unsigned;
    $n >>= 1;
    return $self->chance(50) ? sprintf '%u', $n : '-' . sprintf '%u', $n;
}

sub _int {
    my ($self, $name, $unsigned) = @_;
    my $bits = $INT_BITS{$name};
    my $type = $name;
    $type .= $self->pick('', '', '(1)', '(5)', '(20)') if $name ne 'bigint' || !$self->{is_mysql};
    $unsigned //= $self->chance(40);
    $type .= ' unsigned' if $unsigned;
    $type .= ' zerofill' if $unsigned && $self->chance(25);
    my $most = $unsigned ? ~0 >> (64 - $bits) : ~0 >> (65 - $bits);
    my @edges = (0, 1, $most, $most - 1, $unsigned ? () : (-1, "-$most", $bits == 64 ? '-9223372036854775808' : -$most - 1));
    my $value = sub { return $self->chance(25) ? $self->pick(@edges) : $self->_int_value($bits, $unsigned) };
    return { kind => 'int', type => $type, value => $value, default => $value->(), key_bytes => 8, row_bytes => 8,
        bits => $bits, unsigned => $unsigned };
}

sub _decimal {
    my ($self) = @_;
    my $precision = $self->pick(1, 5, 10, 20, 38, 65, $self->between(1, 65));
    my $scale = $self->pick(0, 2, 30, $self->below(31));
    $scale = $precision if $scale > $precision;
    my $sign = $self->pick('', '', '', ' unsigned', ' unsigned zerofill');
    my $value = sub {
        my $whole = $self->chance(15) ? '9' x ($precision - $scale) : $self->digits($self->size($precision - $scale));
        my $part = $self->chance(15) ? '9' x $scale : $self->chance(15) ? '0' x $scale : $self->digits($scale);
        my $minus = $sign eq '' && $self->chance(40) ? '-' : '';
        return $minus . ($whole eq '' ? '0' : $whole) . ($scale ? ".$part" : '');
    };
    return { kind => 'decimal', type => "decimal($precision,$scale)$sign", value => $value, default => $value->(), key_bytes => 40, row_bytes => 30 };
}

sub _float {
    my ($self) = @_;
    my $single = $self->chance(50);
    my $type = $single ? 'float' : 'double';
    my $unsigned = $self->chance(20);
    if ($self->chance(20)) {
        my $precision = $self->between(2, $single ? 10 : 20);
        my $scale = $self->below($precision < 10 ? $precision : 10);
        my $value = sub { return ($unsigned || $self->chance(60) ? '' : '-') . $self->digits($precision - $scale || 1) . ($scale ? '.' . $self->digits($scale) : '') };
        return { kind => 'float', type => "$type($precision,$scale)" . ($unsigned ? ' unsigned' : ''), value => $value, default => undef, key_bytes => 8, row_bytes => 8 };
    }
    my @edges = $single ? qw(0 -0e0 1 16777217 8388609 3.4028234e38 1.17549435e-38 1.4e-45 1e-40 0.1 1e10 123456.789)
        : qw(0 -0e0 1 9007199254740993 1.7976931348623157e308 2.2250738585072014e-308 5e-324 1e-310 0.1 0.30000000000000004 1e15 1e16 1e22 1e23);
    @edges = grep { !/^-/ } @edges if $unsigned;
    my $value = sub {
        my $minus = $unsigned || $self->chance(60) ? '' : '-';
        return $minus . ($self->pick(@edges) =~ s/^-//r) if $self->chance(25) && !($unsigned && $minus);
        return $self->pick(@edges) if $self->chance(5);
        my $exponent = $single ? $self->between(-44, 37) : $self->between(-320, 307);
        $exponent = $self->between(-5, 20) if $self->chance(40);
        return $minus . $self->between(1, 9) . '.' . $self->digits($single ? 8 : 17) . "e$exponent";
    };
    return { kind => 'float', type => $type . ($unsigned ? ' unsigned' : ''), value => $value, default => $value->() =~ s/^(-?)0e0$/0/r, key_bytes => 8, row_bytes => 8 };
}

sub _bit {
    my ($self) = @_;
    my $bits = $self->pick(1, 1, 7, 8, 9, 33, 63, 64, $self->between(1, 64));
    my $value = sub { return "b'" . ($self->chance(20) ? $self->pick('0', '1') x $bits : join '', map { $self->below(2) } 1 .. $bits) . "'" };
    return { kind => 'bit', type => "bit($bits)", value => $value, default => $value->(), key_bytes => 8, row_bytes => 8 };
}

sub _year {
    my ($self) = @_;
    my $value = sub { return $self->pick(1901, 2155, 1970, 0, $self->between(1901, 2155)) };
    return { kind => 'year', type => 'year', value => $value, default => $value->(), key_bytes => 2, row_bytes => 1 };
}

my @MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31);
sub _day {
    my ($self, $from, $to) = @_;
    my ($year, $month) = ($self->between($from, $to), $self->between(1, 12));
    my $leap = $month == 2 && $year % 4 == 0 && ($year % 100 != 0 || $year % 400 == 0);
    return sprintf '%04d-%02d-%02d', $year, $month, $self->pick(1, $MONTH_DAYS[$month - 1] + $leap, $self->between(1, 28));
}
sub _fraction {
    my ($self, $f) = @_;
    return '' if !$f;
    return '.' . $self->pick('0' x $f, '9' x $f, '0' x ($f - 1) . '1', '5' . '0' x ($f - 1), $self->digits($f));
}
sub _clock {
    my ($self, $f) = @_;
    return $self->pick('00:00:00', '23:59:59', '02:30:00', '01:59:59', '03:00:00', sprintf '%02d:%02d:%02d', $self->below(24), $self->below(60), $self->below(60)) . $self->_fraction($f);
}
my @DST_DAYS = qw(2024-03-31 2024-10-27 2023-03-26 2024-03-10 2024-11-03 1981-03-29 2011-12-30 2000-02-29 1999-12-31 2016-12-31);

sub _date {
    my ($self) = @_;
    my $value = sub { return "'" . ($self->chance(20) ? $self->pick(qw(0001-01-01 1000-01-01 9999-12-31 1582-10-10 1900-02-28 1970-01-01 1969-12-31), @DST_DAYS) : $self->_day(1, 9999)) . "'" };
    return { kind => 'date', type => 'date', value => $value, default => $value->(), key_bytes => 4, row_bytes => 3 };
}

sub _datetime {
    my ($self) = @_;
    my $f = $self->below(7);
    my $value = sub {
        return "'" . $self->pick(@DST_DAYS) . ' ' . $self->_clock($f) . "'" if $self->chance(20);
        return "'9999-12-31 23:59:59" . ($f ? '.' . '9' x $f : '') . "'" if $self->chance(3);
        return "'0001-01-01 00:00:00'" if $self->chance(3);
        return "'" . $self->_day(1, 9999) . ' ' . $self->_clock($f) . "'";
    };
    return { kind => 'datetime', type => "datetime($f)", fraction => $f, value => $value, default => $value->(), key_bytes => 8, row_bytes => 8 };
}

sub _timestamp {
    my ($self) = @_;
    my $f = $self->below(7);
    my $value = sub {
        return "'" . $self->pick('1970-01-01 00:00:01' . $self->_fraction($f), '2038-01-19 03:14:07' . ($f ? '.' . '9' x $f : '')) . "'" if $self->chance(10);
        return "'" . ($self->chance(30) ? $self->pick(@DST_DAYS) : $self->_day(1971, 2037)) . ' ' . $self->_clock($f) . "'";
    };
    return { kind => 'timestamp', type => "timestamp($f)", fraction => $f, value => $value, default => $value->(), key_bytes => 8, row_bytes => 7 };
}

sub _time {
    my ($self) = @_;
    my $f = $self->below(7);
    my $value = sub {
        return "'" . $self->pick('838:59:59', '-838:59:59', '00:00:00', '24:00:00', '-00:00:01', '100:00:00') . "'" if $self->chance(20);
        return sprintf "'%s%02d:%02d:%02d%s'", $self->pick('', '', '-'), $self->pick($self->below(24), $self->below(838)), $self->below(60), $self->below(60), $self->_fraction($f);
    };
    return { kind => 'time', type => "time($f)", value => $value, default => $value->(), key_bytes => 16, row_bytes => 6 };
}

sub _charset {
    my ($self) = @_;
    return $self->pick(@UNICODE) if $self->chance(60);
    return $self->pick(sort keys %UNDEFINED) if $self->chance(75);
    return $self->pick(grep { $self->{is_mysql} || $_ ne 'gb18030' } sort keys %DOUBLE);
}

sub _collation {
    my ($self, $set) = @_;
    return '' if $self->chance(40);
    my @of = ("${set}_bin");
    push @of, "${set}_general_ci", "${set}_unicode_ci" if $set =~ /^(?:utf8mb|ucs2|utf16$|utf32)/;
    push @of, 'utf8mb4_turkish_ci', 'utf8mb4_german2_ci', 'utf8mb4_unicode_520_ci' if $set eq 'utf8mb4';
    push @of, $self->{is_mysql} ? ('utf8mb4_0900_ai_ci', 'utf8mb4_0900_as_cs', 'utf8mb4_0900_bin', 'utf8mb4_ja_0900_as_cs')
        : ('utf8mb4_nopad_bin', 'utf8mb4_uca1400_ai_ci', 'utf8mb4_general_nopad_ci') if $set eq 'utf8mb4';
    push @of, 'latin1_german1_ci', 'latin1_general_cs', 'latin1_swedish_ci' if $set eq 'latin1';
    return ' COLLATE ' . $self->pick(@of);
}

# A hostile literal for a DEFAULT or a label: quotes, backslashes, line ends.
sub _literal_text {
    my ($self, $set, $n) = @_;
    return $self->pick('', 'plain', '1')  =~ s/^(.{0,$n}).*/$1/r if $set eq 'swe7';    # it has no backslash and no braces
    my $wide = $set eq 'utf8mb4' ? [@WIDE_WORDS[0 .. 6], @EMOJI] : $set eq 'utf8mb3' ? [@WIDE_WORDS[0 .. 4]] : $set eq 'latin1' ? ['é', 'ß'] : [];
    return $self->_word($n, @$wide);
}

sub _text {
    my ($self, $base, $length) = @_;
    my $set = $self->_charset;
    $base //= $self->pick('char', 'varchar', 'varchar', 'varchar', 'tinytext', 'text', 'mediumtext', 'longtext');
    my $is_sized = $base =~ /char$/;
    $length //= $base eq 'char' ? $self->pick(0, 1, 3, 10, 36, 50) : $self->pick(0, 1, 2, 10, 20, 50, 100, 255, 256, 400);
    my $collation = $self->_collation($set);
    my $n = $is_sized ? $length : $base eq 'tinytext' ? 60 : $self->pick(300, 300, 1000, 3000);
    my $column = { kind => 'text', type => $base . ($is_sized ? "($length)" : '') . " CHARACTER SET $set$collation", charset => $set, length => $n, is_sized => $is_sized };
    $column->{value} = sub { return $self->text_value($column, $n > 300 && $self->chance(90) ? 300 : $n) };
    $column->{key_bytes} = $is_sized ? 4 * $length : 0;
    $column->{can_prefix} = $n > 1;
    $column->{row_bytes} = $is_sized ? 4 * $length : 20;
    my $default = _quoted($self->_literal_text($set, $n > 50 ? 50 : $n));
    $column->{default} = $is_sized || !$self->{is_mysql} ? $default : "($default)";
    return $column;
}

sub _binary {
    my ($self, $base, $length) = @_;
    $base //= $self->pick('binary', 'varbinary', 'varbinary', 'tinyblob', 'blob', 'mediumblob', 'longblob');
    my $is_sized = $base =~ /binary$/;
    $length //= $base eq 'binary' ? $self->pick(0, 1, 5, 16, 16, 50) : $self->pick(0, 1, 10, 16, 100, 300);
    my $n = $is_sized ? $length : $base eq 'tinyblob' ? 255 : 400;
    my $column = { kind => 'bytes', type => $base . ($is_sized ? "($length)" : ''), length => $n, is_sized => $is_sized, base => $base };
    $column->{value} = sub {
        my $most = $n;
        if ($base =~ /^(?:mediumblob|longblob)$/ && $self->{big} < 4 && $self->chance(2)) {
            $self->{big}++;
            my $unit = $self->bytes(97);
            return 'REPEAT(' . _hex($unit) . ', ' . $self->between(100, 2050) . ')';
        }
        return _hex($self->pick('', "\0", "a\0", "\xff\xfe", ' ', 'text', "\\\n", "\0" x $most) =~ s/^(.{0,$most}).*/$1/sr) if $self->chance(15);
        return _hex($self->bytes($self->size($most)));
    };
    $column->{key_bytes} = $is_sized ? $length : 0;
    $column->{can_prefix} = $n > 1;
    $column->{row_bytes} = $is_sized ? $length : 20;
    my $default = _hex($self->bytes($self->size($n > 20 ? 20 : $n)));
    $column->{default} = !$is_sized && $self->{is_mysql} ? "($default)" : $default;
    $column->{default} = undef if $base eq 'binary' || (!$is_sized && !$self->{is_mysql});
    return $column;
}

my @LABELS = ('a', 'B', 'c', "it's", 'quo"te', 'back\\slash', 'x y', '1', '2', '0', '%s', 'Z', '{curly}', 'NULL', "tab\t", "nl\nx", '-', 'true', '()', "''", '\\\\', '""');
my @WIDE_LABELS = ('é', 'ж', '中');
my @WIDEST_LABELS = ("\x{1f600}", "x\x{1f469}y");

sub _labels {
    my ($self, $set, $is_set) = @_;
    my @labels = $self->shuffle(@LABELS, !$is_set ? ('', 'comma, here') : (), $set =~ /^utf8/ ? @WIDE_LABELS : (), $set eq 'utf8mb4' ? @WIDEST_LABELS : ());
    return @labels[0 .. $self->pick(0, 1, 4, $is_set ? 7 : 12)];
}

sub _enum {
    my ($self) = @_;
    my $set = $self->pick('utf8mb4', 'utf8mb4', 'utf8mb3', 'latin1', 'ascii');
    my @labels = $self->_labels($set, 0);
    return { kind => 'enum', type => 'enum(' . join(',', map { _quoted($_) } @labels) . ") CHARACTER SET $set", labels => \@labels, charset => $set,
        value => sub { return $self->between(1, scalar @labels) }, default => _quoted($self->pick(@labels)), key_bytes => 40, row_bytes => 2 };
}

sub _set {
    my ($self) = @_;
    my $set = $self->pick('utf8mb4', 'utf8mb4', 'utf8mb3', 'latin1', 'ascii');
    my @labels = $self->_labels($set, 1);
    my $default = join ',', grep { $self->chance(40) } @labels;
    return { kind => 'set', type => 'set(' . join(',', map { _quoted($_) } @labels) . ") CHARACTER SET $set",
        value => sub { return $self->below(2**@labels) }, default => _quoted($default), key_bytes => 200, row_bytes => 8 };
}

# ---- JSON: text written by chance, with blanks and escapes in all their forms

sub _json_text {
    my ($self, $depth) = @_;
    my $form = $self->below($depth > 0 ? 10 : 7);
    my $blank = sub { return $self->chance(10) ? $self->pick(' ', "\n", "\t", '  ') : '' };
    return $self->_json_string if $form < 3;
    return $self->_json_number if $form < 6;
    return $self->pick('true', 'false', 'null') if $form == 6;
    my $count = $self->pick(0, 1, 2, 5);
    return '[' . $blank->() . join(',' . $blank->(), map { $self->_json_text($depth - 1) } 1 .. $count) . $blank->() . ']' if $form == 7;
    my @keys = map { $self->chance(20) ? $self->_json_string : '"' . $self->pick(qw(a b aa z name id Ä 1), '') . '"' } 1 .. $count;
    return '{' . $blank->() . join(',' . $blank->(), map { $_ . $blank->() . ':' . $blank->() . $self->_json_text($depth - 1) } @keys) . '}';
}
sub _json_number {
    my ($self) = @_;
    return $self->pick('0', '-0', $self->{keeps_zero} ? '-0.0' : (), '1.0', '1.10', '1e0', '1E+2', '-1e-5', '1e20', '1.5e300', '5e-324', '0.1', '18446744073709551615', '9223372036854775808',
        '-9223372036854775808', '123456789012345678901234567890', '0.30000000000000004', '1e15', '1e16', '12345.678e-3',
        $self->digits(1) . '.' . $self->digits($self->between(1, 17)), $self->between(1, 9) . $self->digits($self->below(18)),
        $self->{is_mysql} ? () : ('1e400', '123456789012345678901234567890.12345678901234567890'));
}
sub _json_string {
    my ($self) = @_;
    my $text = $self->characters($self->pick(0, 1, 5, 20));
    $text =~ s/([\x00-\x1f"\\])/sprintf '\\u%04x', ord $1/ge;
    $text .= $self->pick('\\"', '\\\\', '\\/', '\\b\\f\\n\\r\\t', $self->{keeps_zero} ? '\\u0000' : (), '\\u00e9', '\\ud83d\\ude00', '\\u001F', 'x', '') if $self->chance(30);
    return "\"$text\"";
}

sub _json {
    my ($self) = @_;
    my $column = {};
    my $value = sub {
        local $self->{keeps_zero} = !$self->{is_mysql} || ($self->{keeps_json} && !$column->{rule}) || ($column->{rule} // '') =~ /^(?:json|text)$/;
        return _utf8('[' x 30 . ']' x 30) if $self->chance(2);
        return _utf8('{"long": "' . 'x' x 30_000 . '"}') if $self->{big} < 4 && $self->chance(1) && ++$self->{big};
        return _utf8($self->_json_text(3));
    };
    my $default = $self->pick('{}', '[]', '{"a": "it\'s"}', '"\\\\"', '1');
    %$column = (kind => 'json', type => 'json', value => $value, default => $self->{is_mysql} ? '(' . _quoted($default) . ')' : _quoted($default), key_bytes => 0, row_bytes => 20);
    return $column;
}

sub _geometry {
    my ($self) = @_;
    my $number = sub { return $self->between(-89, 89) . ($self->chance(50) ? '.' . $self->digits(6) : '') };
    my $value = sub {
        my $text = $self->pick('POINT(' . $number->() . ' ' . $number->() . ')', 'LINESTRING(0 0, 1 1, ' . $number->() . ' 5)', 'POLYGON((0 0, 10 0, 10 10, 0 0))', 'GEOMETRYCOLLECTION(POINT(1 2))', 'MULTIPOINT(1 1, 2 2)');
        return "ST_GeomFromText('$text', " . $self->pick(0, 4326) . ')';
    };
    return { kind => 'geometry', type => 'geometry', value => $value, default => undef, key_bytes => 0, row_bytes => 20 };
}

sub _vector {
    my ($self) = @_;
    my $n = $self->between(1, 20);
    my $value = sub { return "STRING_TO_VECTOR('[" . join(',', map { $self->pick('', '-') . $self->below(10) . '.' . $self->digits(5) . 'e' . $self->between(-20, 20) } 1 .. $self->between(1, $n)) . "]')" };
    return { kind => 'vector', type => "vector($n)", value => $value, default => undef, key_bytes => 0, row_bytes => 20 };
}

sub _mariadb_word {
    my ($self) = @_;
    my $kind = $self->pick(qw(uuid inet4 inet6));
    my $value = sub {
        return "'" . join('-', $self->hex_digits(8), $self->hex_digits(4), $self->pick(1, 4, 7) . $self->hex_digits(3), $self->pick(8, 9, 'a', 'b') . $self->hex_digits(3), $self->hex_digits(12)) . "'" if $kind eq 'uuid';
        return "'" . join('.', map { $self->pick(0, 255, $self->below(256)) } 1 .. 4) . "'" if $kind eq 'inet4';
        return "'" . $self->pick('::', '::1', '::ffff:1.2.3.4', 'fe80::1', join ':', map { $self->hex_digits(4) } 1 .. 8) . "'";
    };
    return { kind => 'word', type => $kind, value => $value, default => $value->(), key_bytes => 40, row_bytes => 16 };
}

sub _any_type {
    my ($self) = @_;
    my $n = $self->below(100);
    return $self->_int($self->pick(sort keys %INT_BITS)) if $n < 22;
    return $self->_decimal if $n < 29;
    return $self->_float if $n < 36;
    return $self->_bit if $n < 40;
    return $self->pick(sub { $self->_date }, sub { $self->_datetime }, sub { $self->_timestamp }, sub { $self->_time }, sub { $self->_year })->() if $n < 54;
    return $self->_text if $n < 74;
    return $self->_binary if $n < 82;
    return $self->_enum if $n < 87;
    return $self->_set if $n < 91;
    return $self->_json if $n < 96;
    return $self->_geometry if $n < 97 || ($n < 98 && $self->{is_mysql});
    return $self->{is_mysql} ? $self->_vector : $self->_mariadb_word;
}

# ---------------------------------------------------------------------------------------------------
# Names: no two of a kind that differ in case alone, nothing beyond the plane that MySQL's names take

my @RESERVED = qw(select table order user group from where limit desc default index primary check end all analyse offset window lateral oid name id);
sub _name {
    my ($self, $space, $what, $plain_percent) = @_;
    for (1 .. 50) {
        my $name = $self->chance($plain_percent // 55) ? $what . $self->below(1000)
            : $self->pick(
                $self->pick(@RESERVED), $self->pick(@RESERVED) . $self->below(10), "$what `tick` 'n' \"quote\"", "back\\slash$what", "$what\\", "nl\n$what", "tab\t$what",
                'camelCase' . ucfirst $what, uc $what, "ünïcödé $what", '中文' . $what, "$what;--", "\$1$what", '%s' . $what, "a.b $what", "1st$what", "-$what", "{$what}",
                "\x{202e}$what", substr('long_name_' x 8 . $what . $self->below(1000), -64), 'ж' x 60 . $self->below(1000), "$what$_", 'x' x (60 + $self->below(4)) . $self->below(10),
                'ctid', 'xmin', 'tableoid', "${what}_pkey", "${what}_seq", "<$what>", "${what}_labels");
        $name =~ s/\s+\z//;
        next if $self->{names}{$space}{ lc $name } || ($space eq 'keys' && $name =~ /^primary\z/i);
        $self->{names}{$space}{ lc $name } = 1;
        return $name;
    }
    return $what . 'n' . ++$self->{name_number};
}

sub _comment {
    my ($self) = @_;
    return '' if $self->chance(80);
    return join '', map { $self->_word(40, @WIDE_WORDS[0 .. 6]) . ' ' } 1 .. $self->between(1, 6);
}

# ---------------------------------------------------------------------------------------------------
# Tables

sub _make_tables {
    my ($self) = @_;
    my $count = $self->pick(1, 2, 3, 4, 5, 6, 8, 12);
    my $rows = $ROWS_A_SEED;
    $self->{tables} = [];
    for my $i (1 .. $count) {
        my $share = $i == $count ? $rows : $self->pick(0, 1, int($rows / 2), int($rows / $count), int($rows / $count));
        $share = 1200 if $share > 1200;
        $rows -= $share;
        push @{ $self->{tables} }, $self->_table($share);
    }
    $self->_add_foreign_keys($_) for 0 .. $count - 1;
    $self->_add_indexes($_) for @{ $self->{tables} };
    $self->_add_generated($_) for @{ $self->{tables} };
    $self->_add_checks($_) for @{ $self->{tables} };
    $self->_add_rules;
    return;
}

sub _add_column {
    my ($self, $table, $column, $what) = @_;
    return if $table->{row_bytes} + $column->{row_bytes} > $ROW_BYTES || @{ $table->{columns} } >= 40;
    $table->{row_bytes} += $column->{row_bytes};
    $column->{name} //= $self->_name("columns $table->{name}", $what // 'c');
    $column->{comment} //= $self->_comment;
    push @{ $table->{columns} }, $column;
    return $column;
}

sub _table {
    my ($self, $rows) = @_;
    my $table = { name => $self->_name('tables', 't'), columns => [], row_bytes => 0, rows => $rows, comment => $self->_comment, uniques => [], plain => [], fks => [], checks => [] };
    $self->_add_primary_key($table);
    my $count = $self->pick(1, 2, 5, 10, 28);
    # many columns make wide rows: fewer of them
    $table->{rows} = int($table->{rows} / 2) if $count > 10;
    for (1 .. $count) {
        my $column = $self->_any_type;
        $column->{nullable} = $self->chance(70);
        $self->_choose_default($column);
        $column->{invisible} = $column->{nullable} && $self->chance(3);
        $self->_add_column($table, $column);
    }
    $self->_add_column($table, { %{ $self->_int('int', 0) }, default => undef, nullable => 1 }) if !@{ $table->{columns} };
    @{ $table->{columns} } = $self->shuffle(@{ $table->{columns} }) if $self->chance(30);
    return $table;
}

sub _choose_default {
    my ($self, $column) = @_;
    my $literal = delete $column->{default};
    if (defined $literal && $self->chance(35)) {
        $column->{default} = $literal;
        $column->{default_is_literal} = 1;
    }
    elsif (defined $column->{fraction} && $self->chance(40)) {
        my $now = 'CURRENT_TIMESTAMP(' . $column->{fraction} . ')';
        $column->{default} = $self->chance(50) ? $now : "$now ON UPDATE $now";
    }
    elsif ($column->{nullable} && $self->chance(20)) {
        $column->{default} = 'NULL';
    }
    return;
}

# Keys of all sorts; a value that comes twice is refused by the server, and that row is not there.
sub _add_primary_key {
    my ($self, $table) = @_;
    my $n = $self->below(100);
    my @key;
    return if $n < 10;
    if ($n < 30) {
        my $name = $self->pick('int', 'int', 'bigint', 'mediumint', 'smallint');
        my $column = $self->_int($name, $self->chance(60));
        my $next = $self->pick(0, 1, 5, 30_000);
        my $step = $self->pick(1, 1, 1, 3);
        $column->{value} = sub { return $next += $self->chance(2) ? 50 : $step };
        $column->{auto} = 1;
        delete $column->{default};
        push @key, $column;
    }
    elsif ($n < 40) { push @key, $self->_int($self->pick(qw(int bigint mediumint smallint)), $self->chance(40)) }
    elsif ($n < 47) { push @key, $self->_uuid_text }
    elsif ($n < 57) { push @key, $self->_text('varchar', $self->pick(10, 30, 60)) }
    elsif ($n < 61) { push @key, $self->_binary('varbinary', $self->pick(5, 20)) }
    elsif ($n < 66) { push @key, $self->_binary('binary', 16) }
    elsif ($n < 70) { push @key, $self->pick(sub { $self->_decimal }, sub { $self->_datetime }, sub { $self->_time }, sub { $self->_timestamp }, sub { $self->_float }, sub { $self->_bit })->() }
    else {
        push @key, $self->pick(
            sub { $self->_enum }, sub { $self->_date }, sub { $self->_datetime }, sub { $self->_decimal }, sub { $self->_int('int', 0) }, sub { $self->_text('char', 5) },
            sub { $self->_int('bigint', 1) }, sub { $self->_time }, sub { $self->_set }, sub { $self->_year }, sub { $self->_timestamp }, sub { $self->_binary('varbinary', 8) })->()
            for 1 .. $self->between(2, 4);
    }
    for my $column (@key) {
        delete $column->{default};
        # few values, so that the parts of a key repeat; but for one
        if (@key > 1 && $column != $key[-1] && $self->chance(60)) {
            my $inner = $column->{value};
            my @few = map { $inner->() } 1 .. $self->pick(2, 5, 20);
            $column->{value} = sub { return $self->pick(@few) };
        }
        $self->_below_2_63($column);
        $self->_add_column($table, $column, 'id');
    }
    $table->{pk} = [@key];
    $table->{pk_prefix} = 4 if @key == 1 && $key[0]{kind} eq 'text' && $key[0]{length} >= 10 && $self->chance(10);
    return;
}

# BIGINT UNSIGNED in a key becomes bigint: the upper half is poison.
sub _below_2_63 {
    my ($self, $column) = @_;
    return if $column->{kind} ne 'int' || $column->{bits} != 64 || !$column->{unsigned} || $column->{is_low}++;
    my $inner = $column->{value};
    $column->{value} = sub { my $n = $inner->(); return $n > 9223372036854775807 ? $n >> 1 : $n };
    return;
}

sub _uuid_text {
    my ($self) = @_;
    my $column = $self->_text('char', 36);
    $column->{value} = sub { my $uuid = join '-', map { $self->hex_digits($_) } 8, 4, 4, 4, 12; return "'" . ($self->chance(10) ? uc $uuid : $uuid) . "'" };
    return $column;
}

# ---- rules: other types for a column, or for all of a source type; only such that hold all values

my %RULES = (
    int => [qw(numeric(20) text varchar)], decimal => [qw(text varchar(80) numeric)], year => [qw(integer bigint numeric(4))],
    date => ['text'], datetime => ['text'], timestamp => ['text'], time => [qw(text bigint)],
    text => [qw(text bytea)], enum => [qw(enum enum text)], set => [qw(text varchar(2000))], vector => [qw(real[] real[])],
    json => [qw(json jsonb text)], word => [qw(text)],
);

sub _rule {
    my ($self, $column) = @_;
    my $kind = $column->{kind};
    my @of = $kind eq 'float' ? ('text', $column->{type} =~ /^float/ ? 'double precision' : ()) : @{ $RULES{$kind} // [] };
    return if !@of || !$self->chance(12);
    my $type = $self->pick(@of);
    return if $kind eq 'json' && $type eq 'jsonb' && !$self->{is_mysql};    # its texts hold what jsonb does not
    return $type;
}

sub _add_rules {
    my ($self) = @_;
    my (@columns, @types);
    push @types, [enum => 'enum'] if $self->chance(15);
    push @types, [json => 'json'] if $self->chance(15);
    push @types, ['tinyint' => 'integer'] if $self->chance(10);
    push @types, ['decimal(5,2)' => 'text'], ['int unsigned' => 'bigint'] if $self->chance(10);
    push @types, ['vector' => 'real[]'], ['inet6' => 'text'] if $self->chance(10);
    for my $table (@{ $self->{tables} }) {
        my %in_key = map { $_->{name} => 1 } @{ $table->{pk} // [] }, map { map { $_->{column} } @{ $_->{parts} } } @{ $table->{uniques} }, @{ $table->{plain} };
        for my $column (@{ $table->{columns} }) {
            next if $in_key{ $column->{name} } || $column->{is_foreign} || $column->{auto} || $column->{generated};
            my $type = $self->_rule($column) // next;
            $column->{rule} = $type;
            push @columns, ["$table->{name}.$column->{name}", $type];
        }
    }
    # an enum of its own cannot be joined to another
    @types = grep { $_->[0] ne 'enum' } @types if grep { grep { grep { $_->{kind} eq 'enum' } @{ $_->{from} } } @{ $_->{fks} } } @{ $self->{tables} };
    $self->{keeps_json} = 1 if grep { $_->[0] eq 'json' } @types;
    return if !@columns && !@types;
    $self->{config} = "version: 1\n";
    $self->{config} .= "types:\n" . join '', map { '  ' . _yaml($_->[0]) . ": $_->[1]\n" } @types if @types;
    $self->{config} .= "columns:\n" . join '', map { '  ' . _yaml($_->[0]) . ": { type: " . _yaml($_->[1]) . " }\n" } @columns if @columns;
    utf8::encode($self->{config});
    return;
}

sub _yaml {
    my ($text) = @_;
    $text =~ s/([\x00-\x1f"\\\x7f-\x{10ffff}])/ord $1 > 0xffff ? sprintf '\\U%08x', ord $1 : sprintf '\\u%04x', ord $1/ge;
    return "\"$text\"";
}

# ---- foreign keys: to tables before (values with the row), to the table itself and to later ones
# (values after all rows, so they may be NULL)

sub _add_foreign_keys {
    my ($self, $i) = @_;
    my $table = $self->{tables}[$i];
    for (1 .. $self->pick(0, 0, 1, 1, 2)) {
        my $j = $self->below(scalar @{ $self->{tables} });
        my $parent = $self->{tables}[$j];
        my @to = $parent->{pk} && !$parent->{pk_prefix} ? @{ $parent->{pk} } : ();
        next if !@to || grep { $_->{is_foreign} } @to;
        my $is_late = $j >= $i;
        my $nullable = $is_late || $self->chance(70);
        my @from = map { { %$_, name => undef, auto => 0, nullable => $nullable, comment => undef, default => undef, default_is_literal => 0, is_foreign => 1 } } @to;
        my $bytes = 0;
        $bytes += $_->{row_bytes} for @from;
        next if $table->{row_bytes} + $bytes > $ROW_BYTES || @{ $table->{columns} } + @from > 38;
        delete $_->{name}, $self->_add_column($table, $_, 'fk') for @from;
        my @actions = ('', 'RESTRICT', 'NO ACTION', 'CASCADE', $nullable ? 'SET NULL' : ());
        push @{ $table->{fks} }, { name => $self->_name('keys', 'f'), from => \@from, parent => $parent, to => \@to, is_late => $is_late,
            on_delete => $self->pick(@actions), on_update => $self->pick(@actions) };
    }
    return;
}

# ---- indexes

sub _add_indexes {
    my ($self, $table) = @_;
    for (1 .. $self->pick(0, 1, 2, 4)) {
        my $is_unique = $self->chance(35);
        my @parts;
        my $bytes = 0;
        for my $column (($self->shuffle(@{ $table->{columns} }))[0 .. $self->pick(0, 0, 1, 2)]) {
            next if !$column;
            my $prefix = $column->{can_prefix} && ($column->{key_bytes} == 0 || $self->chance(20)) && $self->between(1, $column->{length} > 50 ? 50 : $column->{length} - 1);
            my $wide = $prefix ? 4 * $prefix : $column->{key_bytes};
            next if !$wide || $bytes + $wide > $KEY_BYTES;
            $bytes += $wide;
            push @parts, { column => $column, prefix => $prefix || 0, desc => $self->chance(15) };
        }
        next if !@parts;
        # a number in a unique key is read by ranges, too
        if ($is_unique) { $self->_below_2_63($_->{column}) for @parts }
        push @{ $table->{ $is_unique ? 'uniques' : 'plain' } }, { name => $self->_name('keys', 'k'), parts => \@parts, unique => $is_unique };
    }
    return;
}

# ---- generated columns: expressions that never fail

sub _add_generated {
    my ($self, $table) = @_;
    for (1 .. $self->pick(0, 0, 0, 1, 2)) {
        my $from = $self->pick(@{ $table->{columns} });
        next if $from->{kind} eq 'vector' || ($from->{charset} // '') eq 'swe7' || ($from->{type} =~ /^char/ && !$self->{is_mysql});
        next if $from->{auto} || $from->{is_foreign} || $from->{generated} || grep { $_ == $from } @{ $table->{pk} // [] };
        my $name = _ticked($from->{name});
        my $kind = $from->{kind};
        my @forms = ([int => "$name is null"]);
        push @forms, [int => "char_length($name)"], ['varchar(3) CHARACTER SET ' . $from->{charset} => "left($name, 3)"], [longtext => "lower($name)"], ['longtext' => "concat($name, '-x')"], [int => "length($name)"] if $kind eq 'text';
        push @forms, [($from->{unsigned} ? 'bigint unsigned' : 'bigint') => "coalesce($name, 0)"], ['varchar(5)' => "case when $name > 5 then 'big' else 'small' end"], [int => "$name % 7"], [int => "if($name > 100, 1, 0)"] if $kind eq 'int';
        push @forms, [int => "year($name)"], [date => "date($name)"] if $kind =~ /^date/;
        push @forms, [int => "length($name)"], [longtext => "hex($name)"] if $kind eq 'bytes';
        push @forms, [int => "json_length($name)"], [longtext => "json_unquote(json_extract($name, '\$.a'))"] if $kind eq 'json';
        push @forms, [int => "$name = 1"], ['varchar(60)' => "coalesce($name, 'none')"] if $kind eq 'enum';
        my ($type, $expression) = @{ $self->pick(@forms) };
        my $column = { kind => 'generated', type => $type, generated => $expression, stored => $self->chance(50), nullable => 1, key_bytes => 0, row_bytes => 20 };
        $self->_add_column($table, $column, 'g');
    }
    return;
}

sub _add_checks {
    my ($self, $table) = @_;
    for (1 .. $self->pick(0, 0, 1, 2)) {
        my $of = $self->pick(@{ $table->{columns} });
        next if $of->{auto} || $of->{kind} eq 'vector' || ($of->{charset} // '') eq 'swe7' || $of->{is_foreign} || $of->{generated};
        my $name = _ticked($of->{name});
        my @forms = ("$name is not null or 1 = 1");
        push @forms, "$name <> 42", "$name between -100 and 2000000000 or $name > 100 or $name < 0", "$name in (1, 2, 3) or $name not in (1, 2)", "coalesce($name, 0) = coalesce($name, 0)" if $of->{kind} =~ /^(?:int|decimal)$/;
        push @forms, "char_length($name) < 100000", "$name <> 'it''s \\\\ \"so\"'", "$name is null or length($name) >= 0", "$name not like 'zz\\_%'" if $of->{kind} eq 'text';
        push @forms, "$name > '0001-01-01'", "year($name) > 0" if $of->{kind} =~ /^date/;
        push @forms, "json_valid($name)" if $of->{kind} eq 'json';
        push @{ $table->{checks} }, { name => $self->_name('keys', 'check'), expression => $self->pick(@forms) };
    }
    return;
}

# ---------------------------------------------------------------------------------------------------
# SQL

sub column_sql {
    my ($class, $column) = @_;
    my $sql = _ticked($column->{name}) . " $column->{type}";
    if ($column->{generated}) {
        $sql .= " GENERATED ALWAYS AS ($column->{generated}) " . ($column->{stored} ? 'STORED' : 'VIRTUAL');
    }
    else {
        $sql .= $column->{nullable} ? ' NULL' : ' NOT NULL';
        $sql .= " DEFAULT $column->{default}" if defined $column->{default};
        $sql .= ' AUTO_INCREMENT' if $column->{auto};
    }
    $sql .= ' INVISIBLE' if $column->{invisible};
    $sql .= ' COMMENT ' . _quoted($column->{comment}) if length($column->{comment} // '');
    return $sql;
}

sub _index_sql {
    my ($index) = @_;
    return ($index->{unique} ? 'UNIQUE KEY ' : 'KEY ') . _ticked($index->{name}) . ' ('
        . join(', ', map { _ticked($_->{column}{name}) . ($_->{prefix} ? "($_->{prefix})" : '') . ($_->{desc} ? ' DESC' : '') } @{ $index->{parts} }) . ')';
}

sub _create_sql {
    my ($table) = @_;
    my @body = map { __PACKAGE__->column_sql($_) } @{ $table->{columns} };
    push @body, 'PRIMARY KEY (' . join(', ', map { _ticked($_->{name}) . ($table->{pk_prefix} ? "($table->{pk_prefix})" : '') } @{ $table->{pk} }) . ')' if $table->{pk};
    push @body, map { _index_sql($_) } @{ $table->{uniques} }, @{ $table->{plain} };
    for my $fk (@{ $table->{fks} }) {
        push @body, 'CONSTRAINT ' . _ticked($fk->{name}) . ' FOREIGN KEY (' . join(', ', map { _ticked($_->{name}) } @{ $fk->{from} }) . ') REFERENCES '
            . _ticked($fk->{parent}{name}) . ' (' . join(', ', map { _ticked($_->{name}) } @{ $fk->{to} }) . ')'
            . ($fk->{on_delete} ? " ON DELETE $fk->{on_delete}" : '') . ($fk->{on_update} ? " ON UPDATE $fk->{on_update}" : '');
    }
    push @body, map { 'CONSTRAINT ' . _ticked($_->{name}) . " CHECK ($_->{expression})" } @{ $table->{checks} };
    return 'CREATE TABLE ' . _ticked($table->{name}) . " (\n" . join(",\n", @body) . "\n)" . (length $table->{comment} ? ' COMMENT ' . _quoted($table->{comment}) : '') . ";\n";
}

# The n-th row of the parent by its key, one subquery a column; a derived table because the parent may
# be the table that is written.
sub _parent_values {
    my ($fk, $offset) = @_;
    my $order = join ', ', map { _ticked($_->{name}) } @{ $fk->{to} };
    return map { '(SELECT v FROM (SELECT ' . _ticked($_->{name}) . ' AS v FROM ' . _ticked($fk->{parent}{name}) . " ORDER BY $order LIMIT 1 OFFSET $offset) AS x)" } @{ $fk->{to} };
}

sub _rows_sql {
    my ($self, $table) = @_;
    my @columns = grep { !$_->{generated} } @{ $table->{columns} };
    my $into = 'INSERT INTO ' . _ticked($table->{name}) . ' (' . join(', ', map { _ticked($_->{name}) } @columns) . ') VALUES (';
    my @sql;
    for (1 .. $table->{rows}) {
        my %parent;
        for my $fk (grep { !$_->{is_late} } @{ $table->{fks} }) {
            my $is_null = $fk->{from}[0]{nullable} && ($self->chance(20) || !$fk->{parent}{rows});
            my @values = $is_null ? ('NULL') x @{ $fk->{from} } : _parent_values($fk, $self->below($self->chance(50) ? 10 : $fk->{parent}{rows} || 1));
            @parent{ map { $_->{name} } @{ $fk->{from} } } = @values;
        }
        push @sql, $into . join(', ', map {
                $parent{ $_->{name} } // ($_->{is_foreign} || ($_->{nullable} && $self->chance(12)) ? 'NULL' : $_->{value}->())
            } @columns) . ");\n";
    }
    return @sql;
}

sub _late_parents_sql {
    my ($self, $table) = @_;
    my @sql;
    for my $fk (grep { $_->{is_late} } @{ $table->{fks} }) {
        next if !$fk->{parent}{rows};
        for (1 .. 8) {
            my @values = _parent_values($fk, $self->below($fk->{parent}{rows}));
            my @names = map { _ticked($_->{name}) } @{ $fk->{from} };
            push @sql, 'UPDATE ' . _ticked($table->{name}) . ' SET ' . join(', ', map { "$names[$_] = $values[$_]" } 0 .. $#names)
                . " WHERE $names[0] IS NULL" . ($table->{pk} ? ' ORDER BY ' . join(', ', map { _ticked($_->{name}) } @{ $table->{pk} }) : '') . ' LIMIT ' . $self->between(1, 60) . ";\n";
        }
    }
    return @sql;
}

sub _write {
    my ($self) = @_;
    my @sql = ("SET NAMES utf8mb4;\nSET time_zone = '+00:00';\nSET timestamp = 1700000000.123456;\n",
        "SET sql_mode = 'STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO';\nSET foreign_key_checks = 0;\n");
    push @sql, map { _create_sql($_) } @{ $self->{tables} };
    push @sql, "SET foreign_key_checks = 1;\nSTART TRANSACTION;\n";
    push @sql, $self->_rows_sql($_) for @{ $self->{tables} };
    push @sql, $self->_late_parents_sql($_) for @{ $self->{tables} };
    push @sql, "COMMIT;\n";
    push @sql, $self->_poison_sql if $self->chance(25);
    utf8::encode(my $text = join '', @sql);
    $self->{sql} = $text;
    return;
}

# One row gets a value that PostgreSQL cannot hold. It may come to nothing (no rows, a key in the
# way): count_sql tells.
sub _poison_sql {
    my ($self) = @_;
    my @kinds;
    for my $table (@{ $self->{tables} }) {
        next if !$table->{rows};
        my %in_key = map { $_->{name} => 1 } @{ $table->{pk} // [] }, map { map { $_->{column} } @{ $_->{parts} } } @{ $table->{uniques} };
        for my $column (@{ $table->{columns} }) {
            next if $column->{is_foreign} || $column->{generated} || $column->{auto} || ($column->{rule} && $column->{rule} ne 'enum');
            my $name = _ticked($column->{name});
            my $add = sub { my ($id, $value, $where) = @_; push @kinds, { id => $id, table => $table, column => $column, value => $value, where => $where } };
            if ($column->{kind} =~ /^(?:date|datetime)$/) {
                $add->('PGC-4001', "'0000-00-00'", "CAST($name AS CHAR) LIKE '0000-00-00%'");
                $add->('PGC-4001', "'2024-02-00'", "CAST($name AS CHAR) LIKE '2024-02-00%'");
                $add->('PGC-4001', "'2023-02-31'", "CAST($name AS CHAR) LIKE '2023-02-31%'");
                $add->('PGC-4001', "'0000-05-05'", "CAST($name AS CHAR) LIKE '0000-05-05%'");
            }
            $add->('PGC-4001', "'0000-00-00 00:00:00'", "CAST($name AS CHAR) LIKE '0000-00-00%'") if $column->{kind} eq 'timestamp';
            $add->('PGC-4002', "_utf8mb4 x'4100'", "HEX(CONVERT($name USING utf8mb4)) = '4100'") if $column->{kind} eq 'text' && $column->{length} >= 2;
            my $byte = $column->{kind} eq 'text' && $column->{length} >= 2 ? _undefined_byte($column->{charset}) : undef;
            $add->('PGC-4003', "_$column->{charset} x'41$byte'", "HEX($name) = UPPER('41$byte')") if defined $byte;
            $add->('PGC-4004', '9223372036854775808', "$name = 9223372036854775808") if $column->{kind} eq 'int' && $column->{bits} == 64 && $column->{unsigned} && grep { $_ == $column } @{ $table->{pk} // [] };
            if ($column->{kind} eq 'json' && $self->{is_mysql} && !$self->{keeps_json}) {
                $add->('PGC-4008', "'[1, -0.0]'", "CAST($name AS CHAR) = '[1, -0.0]'");
                $add->('PGC-4008', "'[\"\\\\u0000\"]'", "HEX(CAST($name AS CHAR)) = HEX('[\"\\\\u0000\"]')");
            }
            $add->('PGC-4015', "'no such label'", "$name + 0 = 0") if $column->{kind} eq 'enum' && !grep { $_ eq '' } @{ $column->{labels} };
        }
    }
    return () if !@kinds;
    my $poison = $self->pick(@kinds);
    my ($table, $column) = @$poison{qw(table column)};
    $self->{poison} = { id => $poison->{id}, table => $table->{name}, column => $column->{name}, where => $poison->{where}, key => $table->{pk},
        count_sql => 'SELECT COUNT(*) FROM ' . _ticked($table->{name}) . " WHERE $poison->{where}" };
    return "SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES';\nUPDATE " . _ticked($table->{name}) . ' SET ' . _ticked($column->{name}) . " = $poison->{value}"
        . ($table->{pk} ? ' ORDER BY ' . join(', ', map { _ticked($_->{name}) } @{ $table->{pk} }) . $self->pick('', ' DESC') : '') . " LIMIT 1;\n";
}

1;
