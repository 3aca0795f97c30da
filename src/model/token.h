/*
 * model/token.h: the source token, by which it is known whether the source stood still.
 *
 * An empty part proves nothing. gtid_set moves with every logged transaction; where GTIDs are off,
 * file and position do; the InnoDB LSN moves with every write of any kind, and with background work
 * as well, so a moved LSN alone is inconclusive.
 */
#pragma once

#include "base/arena.h"

struct source_token {
    struct str server;   /* source_facts.identity */
    struct str gtid_set; /* "" where GTIDs are off */
    struct str binlog;   /* "file:position", "" where off or not allowed */
    uint64_t lsn;        /* 0 where not known */
    /*
     * Never compared here; source/ tells by them who moved the LSN. 0 where not known.
     */
    uint64_t time_s;       /* the server's clock just before, seconds of the epoch */
    uint64_t transactions; /* a counter that moves when a writing transaction begins or commits */
    uint64_t statements;   /* a sum of counters of statements that could have changed something */
};

enum token_verdict {
    TOKEN_SAME,      /* nothing was written in between */
    TOKEN_MOVED,     /* something was */
    TOKEN_LSN_MOVED, /* only the LSN moved: look again after a pause */
    TOKEN_UNKNOWN,   /* neither carries anything that could prove it */
    TOKEN_OTHER_SERVER,
};

enum token_verdict source_token_compare(const struct source_token *a, const struct source_token *b);
/*
 * One line: "server|gtid|binlog|lsn", and "|time|transactions|statements" where one of them is
 * known; reversible; for the ledger.
 */
void source_token_print(const struct source_token *token, struct buf *text);
bool source_token_parse(struct str text, struct arena *arena, struct source_token *ret_token);
