#!/usr/bin/perl
# lab.d/timezones.pl FOLDER: SQL that fills MySQL's and MariaDB's time zone tables from a zoneinfo
# folder. (MariaDB's core packages lack mysql_tzinfo_to_sql.) Format: RFC 8536, the 32-bit block.
use strict;
use warnings;
use File::Find;

my $folder = shift or die "usage: timezones.pl FOLDER\n";
my (@zones, @names, @types, @transitions);

sub read_zone {
    my ($path, $name) = @_;
    open my $file, '<:raw', $path or die "$path: $!\n";
    my $bytes = do { local $/; <$file> };
    return unless substr($bytes, 0, 4) eq 'TZif';

    my ($leaps, $times, $type_count, $chars) = unpack 'x28 N4', $bytes;
    my @at = unpack "x44 (l>)$times", $bytes;
    my @type_at = unpack "x44 x" . (4 * $times) . " C$times", $bytes;
    my $types_start = 44 + 5 * $times;
    my $abbreviations = substr $bytes, $types_start + 6 * $type_count, $chars;
    my $id = @zones + 1;

    push @zones, "($id,'N')";
    push @names, "('$name',$id)";
    for my $type (0 .. $type_count - 1) {
        my ($offset, $is_dst, $start) = unpack 'l> C C', substr $bytes, $types_start + 6 * $type, 6;
        my ($abbreviation) = substr($abbreviations, $start) =~ /^([^\0]*)/;
        push @types, "($id,$type,$offset,$is_dst,'$abbreviation')";
    }
    push @transitions, map { "($id,$at[$_],$type_at[$_])" } 0 .. $#at;
}

sub print_rows {
    my ($table, @rows) = @_;
    print "DELETE FROM ", (split " ", $table)[0], ";\n";
    while (my @some = splice @rows, 0, 1000) {
        print "INSERT INTO $table VALUES ", join(',', @some), ";\n";
    }
}

my @paths;
find({ no_chdir => 1, wanted => sub { push @paths, $_ if -f } }, $folder);
for my $path (sort @paths) {
    my $name = substr $path, length($folder) + 1;
    next if $name =~ m{^(?:posix|right)/|\.|^(?:posixrules|localtime)$};
    read_zone($path, $name);
}
print "START TRANSACTION;\n";
print_rows('time_zone (Time_zone_id, Use_leap_seconds)', @zones);
print_rows('time_zone_name (Name, Time_zone_id)', @names);
print_rows('time_zone_transition_type (Time_zone_id, Transition_type_id, `Offset`, Is_DST, Abbreviation)', @types);
print_rows('time_zone_transition (Time_zone_id, Transition_time, Transition_type_id)', @transitions);
print "COMMIT;\n";
