#include "source/session_internal.h"

struct error *source_read_facts(struct source_session *session, struct arena *arena,
                                struct source_facts *ret_facts)
{
    bool mysql = session->flavor == FLAVOR_MYSQL;
    struct source_facts facts = {.flavor = session->flavor};
    struct source_text_rows rows;
    uint64_t port = 0, case_rule = 0;

    TRY(session_set_results(session, RESULTS_TEXT));
    TRY(session_query(session, arena,
                      mysql ? STR("SELECT @@version, @@server_uuid, @@hostname, @@port, "
                                  "@@global.time_zone, @@system_time_zone, @@global.sql_mode, "
                                  "@@log_bin, @@max_allowed_packet, @@lower_case_table_names, "
                                  "@@global.gtid_mode")
                            : STR("SELECT @@version, '', @@hostname, @@port, @@global.time_zone, "
                                  "@@system_time_zone, @@global.sql_mode, @@log_bin, "
                                  "@@max_allowed_packet, @@lower_case_table_names, "
                                  "IF(@@log_bin, 'ON', 'OFF')"),
                      &rows));
    if (rows.row_count != 1)
        return error_new(PGC_INTERNAL, "the source gave no facts about itself");
    facts.version = text_cell(&rows, 0, 0);
    facts.server_uuid = text_cell(&rows, 0, 1);
    (void)str_to_u64(text_cell(&rows, 0, 3), &port);
    facts.identity =
        mysql ? facts.server_uuid
              : arena_format(arena, STR_FMT ":%u", STR_ARG(text_cell(&rows, 0, 2)), (unsigned)port);
    facts.time_zone = text_cell(&rows, 0, 4);
    if (str_equal_c(facts.time_zone, "SYSTEM"))
        facts.time_zone = text_cell(&rows, 0, 5);
    facts.sql_mode = text_cell(&rows, 0, 6);
    facts.log_bin = str_equal_c(text_cell(&rows, 0, 7), "1");
    (void)str_to_u64(text_cell(&rows, 0, 8), &facts.max_allowed_packet);
    (void)str_to_u64(text_cell(&rows, 0, 9), &case_rule);
    facts.lower_case_table_names = (uint8_t)case_rule;
    facts.gtid_on = str_equal_c(text_cell(&rows, 0, 10), "ON");
    *ret_facts = facts;
    return NULL;
}
