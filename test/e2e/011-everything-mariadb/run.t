#!/usr/bin/perl
# All common types, keys, names and definitions, from MariaDB: see EverythingTest.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use EverythingTest;

EverythingTest::run('mariadb');
