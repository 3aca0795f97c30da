/*
 * source/grants.h: what the lines of SHOW GRANTS allow on one database. Pure.
 */
#pragma once

#include "source/source.h"

enum {
    RIGHT_SELECT = 1 << 0,
    RIGHT_SHOW_VIEW = 1 << 1,
    RIGHT_TRIGGER = 1 << 2,
    RIGHT_EVENT = 1 << 3,
    RIGHTS_DATABASE = (1 << 4) - 1, /* those four */
    RIGHT_ROUTINES = 1 << 4,        /* to see routines with their bodies */
};

struct grants {
    enum source_flavor flavor;
    struct str database;
    bool patterns; /* % and _ are wildcards in names (not under MySQL's partial_revokes) */
    /* What the lines gave: */
    unsigned global;  /* ON *.* */
    unsigned exact;   /* ON this very database */
    unsigned pattern; /* ON patterns that match it */
    unsigned revoked; /* MySQL's partial revokes of the database */
    bool has_exact;
};

/* Adds one line. Lines that say nothing of rights are passed over. */
void grants_add(struct grants *grants, struct str line);
/*
 * The rights in effect. The server takes the most specific entry alone, so rights of a pattern do
 * not count where the database has an entry of its own.
 */
unsigned grants_rights(const struct grants *grants);
