#!/usr/bin/perl
# All common types, keys, names and definitions, from MySQL: see EverythingTest.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use EverythingTest;

EverythingTest::run('mysql');
