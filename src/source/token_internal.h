/*
 * source/token_internal.h: what token.c has for snapshot.c.
 */
#pragma once

#include "source/session_internal.h"

/* The dates of the tables of the session's database (of all that it sees, without one). */
struct tables_since {
    uint64_t newest_s;       /* the newest commit or definition */
    uint64_t newest_other_s; /* the newest change of a table without transactions */
    uint64_t now_s;          /* the server's clock */
    uint64_t undated;        /* tables that show no date of a change */
    uint64_t undated_other;  /* of those, not InnoDB's */
};
struct error *source_tables_since(struct source_session *session, struct arena *arena,
                                  struct tables_since *ret_since) CHECKED;

/*
 * Compares with the present; where only the LSN moved, counters and dates decide: TOKEN_SAME,
 * TOKEN_MOVED and TOKEN_LSN_MOVED (cannot be told). *ret_now is the present token.
 */
struct error *source_judge(struct source_session *session, const struct source_token *token,
                           struct arena *arena, struct source_token *ret_now,
                           enum token_verdict *ret_verdict) CHECKED;

/* Called for every SET and START TRANSACTION of ours, so that they are not taken for others'. */
void token_count_own_statement(void);
