#!/usr/bin/perl
# Names, labels, comments and defaults are data: whatever they say, no other statement is run, no
# terminal is reprogrammed, and everything arrives under its own name.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib";
use PgcTest;
use Test::More;

my @EVIL = (
    q("; DROP TABLE canary.canary; --), q('; DROP TABLE canary.canary; --), q(`; DROP TABLE canary; --), q($$; DROP TABLE canary.canary; $$), q($1 %s %n %%d {} ${HOME} `id`),
    q(back\\slash), q(ends with \\), q("), q(""), q('), q(`), "new\nline", "tab\ttab", "cr\rcr", "esc\x{1b}[31mred", "bell\x{07}", "rtl\x{202e}txt", "zero\x{200b}width",
    q(<script>alert(1)</script>), q(a,b), q(a.b), q((a)), q({a}), q(/* comment */), q(-- comment), q(#hash), q(ünïcödé), q(中文表), q( leading), q(pg_class), q(ctid_), q(NULL), q(true),
);
binmode Test::More->builder->$_, ':encoding(UTF-8)' for qw(output failure_output);

sub ticked { (my $name = $_[0]) =~ s/`/``/g; return "`$name`" }
sub text { (my $text = $_[0]) =~ s/(['\\])/\\$1/g; return "'$text'" }

for my $flavor (PgcTest::flavors()) {
    my $t = PgcTest->new(flavor => $flavor);
    my $n = 0;
    my $sql = "SET NAMES utf8mb4; SET sql_mode = '';\n";
    for my $evil (@EVIL) {
        $n++;
        # a default, a comment, an enum label, a check: the text as data; the name everywhere else
        my $label = $evil =~ tr/,//dr;
        $sql .= "CREATE TABLE " . ticked($evil) . " (" . ticked($evil) . " int NOT NULL AUTO_INCREMENT PRIMARY KEY COMMENT " . text($evil) . ", "
            . ticked("$evil.2") . " varchar(100) COLLATE utf8mb4_bin NOT NULL DEFAULT " . text($evil) . ", e enum(" . text($label) . ", 'other') DEFAULT " . text($label) . ", "
            . "s set(" . text($label) . ", 'other'), up datetime NULL ON UPDATE CURRENT_TIMESTAMP, parent int, "
            . "KEY " . ticked("$evil.k") . " (" . ticked("$evil.2") . "), CONSTRAINT " . ticked("$evil.c$n") . " CHECK (" . ticked("$evil.2") . " <> " . text("not $evil") . "), "
            . "CONSTRAINT " . ticked("$evil.f$n") . " FOREIGN KEY (parent) REFERENCES " . ticked($evil) . " (" . ticked($evil) . ")) COMMENT " . text($evil) . ";\n"
            . "INSERT INTO " . ticked($evil) . " (" . ticked($evil) . ", s) VALUES (1, " . text($label) . ");\n"
            . "INSERT INTO " . ticked($evil) . " VALUES (7, " . text("row $evil") . ", 'other', NULL, NULL, 1);\n";
    }
    $sql .= "CREATE VIEW " . ticked(q(view"; DROP TABLE canary.canary; --)) . " AS SELECT 1 AS " . ticked(q(x"; --)) . ";\n";
    $t->source($sql);

    # a canary, and a schema and a role whose names are no better
    my $schema = q(we"ird'; DROP SCHEMA canary CASCADE; -- $$ schema\\);
    my $quoted = '"' . $schema =~ s/"/""/gr . '"';
    $t->target("CREATE SCHEMA canary AUTHORIZATION \"$t->{user}\"; SET SESSION AUTHORIZATION \"$t->{user}\"; CREATE TABLE canary.canary (a int); INSERT INTO canary.canary VALUES (1);");
    for my $into ('public', $schema) {
        my $run = $t->migrate('--schema', $into);
        $t->exits($run, [0, 3], "$flavor: evil names into $into");
        my @differences = $t->oracle(schema => $into)->compare;
        is(join("\n", @differences[0 .. ($#differences > 9 ? 9 : $#differences)]), '', "$flavor: every value is equal in $into");
        is($t->target_value('SELECT count(*) FROM canary.canary'), 1, "$flavor: the canary lives");
        unlike($run->{out} . $run->{err}, qr/[\x00-\x08\x0b-\x1f\x7f]|\xe2\x80\xae/, "$flavor: no control character reaches the terminal");
        my $text = eval { PgcTest::slurp($t->report_dir . '/report.txt') } // '';
        unlike($text, qr/[\x00-\x08\x0b-\x1f\x7f]|\xe2\x80\xae/, "$flavor: nor report.txt");
        my $in = $into eq 'public' ? 'public' : $quoted;
        my $namespace = "(SELECT oid FROM pg_namespace WHERE nspname = " . ($into =~ s/'/''/gr =~ s/^|$/'/gr) . ")";
        is($t->target_value("SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND convalidated AND connamespace = $namespace"), scalar @EVIL, "$flavor: the foreign keys stand in $into");
        for my $evil (@EVIL) {
            my $table = "$in.\"" . $evil =~ s/"/""/gr . '"';
            my $literal = $evil =~ s/'/''/gr;
            my $label = $literal =~ tr/,//dr;
            my ($row) = @{ $t->target("SELECT obj_description(c.oid) = '$literal', col_description(c.oid, 1) = '$literal' FROM pg_class c WHERE c.oid = to_regclass('" . ($table =~ s/'/''/gr) . "')") };
            is("@{$row // []}", 't t', "$flavor: comments of $evil");
            my $default = eval { $t->target("BEGIN; INSERT INTO $table (parent) VALUES (1) RETURNING \"" . ("$evil.2" =~ s/"/""/gr) . "\" = '$literal' AND e = '$label'; ROLLBACK")->[0][0] } // "error $@";
            is($default, 't', "$flavor: defaults of $evil");
            ok(!eval { $t->target("BEGIN; INSERT INTO $table (\"" . ("$evil.2" =~ s/"/""/gr) . "\") VALUES ('not $literal'); ROLLBACK"); 1 } && $@ =~ /check/, "$flavor: the check of $evil holds");
            my $updated = eval { $t->target("BEGIN; UPDATE $table SET e = NULL RETURNING up IS NOT NULL; ROLLBACK")->[0][0] } // "error $@";
            is($updated, 't', "$flavor: ON UPDATE of $evil");
        }
        $t->new_target if $into eq 'public';
        $t->target("CREATE SCHEMA canary AUTHORIZATION \"$t->{user}\"; SET SESSION AUTHORIZATION \"$t->{user}\"; CREATE TABLE canary.canary (a int); INSERT INTO canary.canary VALUES (1);")
            if $into eq 'public';
    }
    $t->done;
}
done_testing();
