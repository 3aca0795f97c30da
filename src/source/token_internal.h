/*
 * source/token_internal.h: what token.c has for snapshot.c.
 */
#pragma once

#include "source/session_internal.h"

/* The dates of the tables of the session's database (of all that it sees, without one). */
struct tables_since {
    uint64_t newest_s;                /* the newest commit or definition */
    uint64_t now_s;                   /* the server's clock */
    uint64_t undated;                 /* tables that show no date of a commit */
    uint64_t no_transactions_undated; /* of those, not InnoDB's */
    bool written;                     /* newest_s is not before time_s */
};
struct error *source_tables_since(struct source_session *session, uint64_t time_s,
                                  struct arena *arena, struct tables_since *ret_since) CHECKED;

/*
 * Compares with the present; where only the LSN moved, the tables' dates decide between TOKEN_SAME,
 * TOKEN_MOVED and TOKEN_LSN_MOVED (cannot be told). *ret_now is the present token.
 */
struct error *source_judge(struct source_session *session, const struct source_token *token,
                           struct arena *arena, struct source_token *ret_now,
                           enum token_verdict *ret_verdict) CHECKED;
