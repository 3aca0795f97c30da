/*
 * cli/config.h: pgconverge.yaml, read event by event, so that every complaint carries line and
 * column. Unknown and repeated keys are errors; anchors, aliases and tags are refused.
 */
#pragma once

#include "cli/options.h"

/* One value of the file, before it is parsed by its option's type. */
struct config_setting {
    enum cli_option option;
    struct str *values; /* one, or those of a sequence */
    size_t value_count;
    unsigned line, column; /* of the value, from 1 */
};

struct config {
    struct config_setting *settings;
    size_t setting_count;
    struct str database_name; /* databases[0].name, "" without */
    struct column_rule *rules;
    size_t rule_count;
    struct value_policies policies; /* values:; UNSET where nothing is said */
    struct type_rule *type_rules;
    size_t type_rule_count;
};

/*
 * Pure: the text of a file into settings and rules. `name` stands in errors ("pgconverge.yaml").
 * A pattern of columns: that begins with the entry's name has that part taken off.
 * Errors: PGC_CONFIG "pgconverge.yaml:12:3: unknown key "jbos", did you mean "jobs"?".
 */
struct error *config_parse(struct str text, const char *name, struct arena *arena,
                           struct config *ret_config) CHECKED;
/* Reads the file (PGC_FILE, LIMIT_CONFIG_FILE) and sets what no flag or variable has set. */
struct error *config_apply(const char *path, struct cli_options *options) CHECKED;
