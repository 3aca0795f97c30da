/*
 * shop.h: a small database as a plan, and a run of it as a ledger, for the report to tell of. Each
 * test changes what it is about.
 */
#pragma once

#include "fake_ledger.h"
#include "report/report.h"

static struct source_column customer_columns[] = {
    {.name = STR("id"), .type = {.text = STR("int unsigned")}, .auto_increment = true},
    {.name = STR("name"), .type = {.text = STR("varchar(80)"), .charset = STR("utf8mb4")}},
    {.name = STR("state"), .type = {.text = STR("enum('new','active','gone')")}},
    {.name = STR("changed"), .type = {.text = STR("timestamp(3)")}, .on_update_now = true},
    {.name = STR("label"), .type = {.text = STR("varchar(90)")}, .is_generated = true},
};
static struct target_column customer_targets[] = {
    {.name = STR("id"), .type = {.kind = TARGET_BIGINT}, .identity = true},
    {.name = STR("name"), .type = {.kind = TARGET_VARCHAR, .length = 80}},
    {.name = STR("state"), .type = {.kind = TARGET_TEXT}},
    {.name = STR("changed"), .type = {.kind = TARGET_TIMESTAMPTZ, .fraction = 3}},
    {.name = STR("label"), .type = {.kind = TARGET_VARCHAR, .length = 90}},
};
static struct planned_column customer_planned[] = {
    {.source = 0, .copied = true, .rule = "default", .reason = STR("all of int unsigned fits")},
    {.source = 1, .copied = true, .rule = "default"},
    {.source = 2,
     .copied = true,
     .rule = "default",
     .reason = STR("text with a CHECK on the three labels; an enum type would have to be altered "
                   "for every new label, which locks the table")},
    {.source = 3, .copied = true, .rule = "default", .reason = STR("a moment, kept in UTC")},
    {.source = 4, .copied = false, .rule = "default", .reason = STR("computed by PostgreSQL")},
};
static struct source_column order_columns[] = {
    {.name = STR("customerId"), .type = {.text = STR("int unsigned")}},
    {.name = STR("total"), .type = {.text = STR("double")}},
};
static struct target_column order_targets[] = {
    {.name = STR("customerId"), .type = {.kind = TARGET_BIGINT}},
    {.name = STR("total"), .type = {.kind = TARGET_NUMERIC, .precision = 12, .scale = 2}},
};
static struct planned_column order_planned[] = {
    {.source = 0, .copied = true, .rule = "key-group", .reason = STR("as customer.id")},
    {.source = 1,
     .copied = true,
     .rule = "columns:",
     .reason = STR("your rule \"*.total\""),
     .lossy = true},
};
static struct source_index customer_source_indexes[] = {
    {.name = STR("PRIMARY"), .kind = INDEX_PRIMARY},
    {.name = STR("by_name"), .kind = INDEX_PLAIN},
    {.name = STR("words"), .kind = INDEX_FULLTEXT},
};
static struct source_check customer_checks[] = {
    {.name = STR("name"), .expression = STR("json_valid(`name`)"), .enforced = true},
    {.name = STR("customer_chk_1"), .expression = STR("(`id` > 0)"), .enforced = true},
    {.name = STR("customer_chk_2"),
     .expression = STR("regexp_like(`name`,_utf8mb4'^[A-Z]')"),
     .enforced = true},
    {.name = STR("customer_chk_3"), .expression = STR("(`id` < 9)")},
};
static struct target_check customer_target_checks[] = {
    {.name = STR("state_labels"), .expression_sql = STR("state IN ('new','active','gone')")},
    {.name = STR("customer_chk_1"), .expression_sql = STR("(id > 0)")},
};
static struct source_foreign_key order_source_key = {.name = STR("order_ibfk_1")};
static struct source_table shop_tables[] = {
    {.name = STR("audit")},
    {.name = STR("customer"),
     .columns = customer_columns,
     .column_count = COUNT_OF(customer_columns),
     .checks = customer_checks,
     .check_count = COUNT_OF(customer_checks)},
    {.name = STR("order"), .columns = order_columns, .column_count = COUNT_OF(order_columns)},
};
static struct source_object shop_objects[] = {
    {.kind = OBJECT_VIEW,
     .name = STR("rich"),
     .text = STR("CREATE VIEW `rich` AS\n  select `id`\n  from `customer`")},
    {.kind = OBJECT_TRIGGER,
     .name = STR("note"),
     .table = STR("order"),
     .text = STR("CREATE TRIGGER `note` …")},
};
static struct source_catalog shop_catalog = {.database = STR("shop"),
                                             .tables = shop_tables,
                                             .table_count = COUNT_OF(shop_tables),
                                             .objects = shop_objects,
                                             .object_count = COUNT_OF(shop_objects)};

static struct planned_index customer_indexes[] = {
    {.source = &customer_source_indexes[0],
     .translated = true,
     .target = {.name = STR("customer_pkey"), .kind = TARGET_INDEX_PRIMARY}},
    {.source = &customer_source_indexes[1],
     .translated = true,
     .target = {.name = STR("customer_by_name"), .kind = TARGET_INDEX_PLAIN}},
    {.source = &customer_source_indexes[2], .target = {.kind = TARGET_INDEX_PLAIN}},
};
static struct planned_foreign_key order_keys[] = {
    {.source = &order_source_key, .translated = true, .target = {.name = STR("order_ibfk_1")}},
};
static struct planned_table shop_planned[] = {
    {.number = 0,
     .disposition = DISPOSITION_LEFT_OUT,
     .source = &shop_tables[0],
     .disposition_reason = STR("by --exclude \"audit\""),
     .identity_column = -1},
    {.number = 1,
     .disposition = DISPOSITION_CREATED,
     .source = &shop_tables[1],
     .target = {.schema = STR("public"),
                .name = STR("customer"),
                .columns = customer_targets,
                .column_count = COUNT_OF(customer_targets),
                .checks = customer_target_checks,
                .check_count = COUNT_OF(customer_target_checks),
                .type_check_count = 1},
     .columns = customer_planned,
     .column_count = COUNT_OF(customer_planned),
     .indexes = customer_indexes,
     .index_count = COUNT_OF(customer_indexes),
     .identity_column = 0,
     .on_update_count = 1,
     .on_update_trigger = STR("customer_on_update")},
    {.number = 2,
     .disposition = DISPOSITION_CREATED,
     .source = &shop_tables[2],
     .target = {.schema = STR("public"),
                .name = STR("order"),
                .columns = order_targets,
                .column_count = COUNT_OF(order_targets)},
     .columns = order_planned,
     .column_count = COUNT_OF(order_planned),
     .foreign_keys = order_keys,
     .foreign_key_count = COUNT_OF(order_keys),
     .identity_column = -1},
};
static struct finding shop_findings[] = {
    {.id = PGC_NOT_TRANSLATED,
     .severity = SEVERITY_CHANGES,
     .object = STR("shop.customer.customer_chk_2"),
     .text = STR("this CHECK is left out: no counterpart of regexp_like"),
     .detail = STR("regexp_like(`name`,_utf8mb4'^[A-Z]')"),
     .fix = STR("write it for PostgreSQL by hand: ALTER TABLE … ADD CHECK (…)"),
     .rows = -1},
    {.id = PGC_NOT_TRANSLATED,
     .severity = SEVERITY_NOTE,
     .object = STR("shop.customer.customer_chk_3"),
     .text = STR("this CHECK is NOT ENFORCED and is left out"),
     .rows = -1},
    {.id = PGC_NOT_TRANSLATED,
     .severity = SEVERITY_NOTE,
     .object = STR("shop.customer.words"),
     .text = STR("a FULLTEXT index has no counterpart that answers the same queries"),
     .fix = STR("where it is used, make a GIN index over to_tsvector(…)"),
     .rows = -1},
    {.id = PGC_NOT_TRANSLATED,
     .severity = SEVERITY_CHANGES,
     .object = STR("shop.rich"),
     .text = STR("views are not translated"),
     .detail = STR("CREATE VIEW `rich` AS\n  select `id`\n  from `customer`"),
     .rows = -1},
    {.severity = SEVERITY_NOTE,
     .object = STR("shop.customer.name"),
     .text = STR("the collation ignores case, PostgreSQL's does not"),
     .rows = -1},
};
static struct plan_options shop_options = {.schema = STR("public")};
static struct plan shop_plan = {
    .catalog = &shop_catalog,
    .options = &shop_options,
    .tables = shop_planned,
    .table_count = COUNT_OF(shop_planned),
    .findings = {.items = shop_findings, .count = COUNT_OF(shop_findings)}};

static struct ledger_table shop_ledger_tables[] = {
    {.number = 1,
     .source_name = STR("customer"),
     .target_schema = STR("public"),
     .target_name = STR("customer"),
     .created = true,
     .split = true,
     .rows_counted = 1234567,
     .rows_copied = 1234567,
     .bytes_copied = 734003200,
     .chunk_count = 25,
     .chunks_done = 25},
    {.number = 2,
     .source_name = STR("order"),
     .target_schema = STR("public"),
     .target_name = STR("order"),
     .created = true,
     .split = true,
     .rows_counted = 0,
     .rows_copied = 0,
     .bytes_copied = 0,
     .chunk_count = 1,
     .chunks_done = 1},
};
static struct ledger_step shop_steps[] = {
    {.kind = STR("table"), .name = STR("customer"), .state = STR("done")},
    {.kind = STR("table"), .name = STR("order"), .state = STR("done")},
    {.kind = STR("index"), .name = STR("customer.customer_pkey"), .state = STR("done")},
    {.kind = STR("index"), .name = STR("customer.customer_by_name"), .state = STR("done")},
    {.kind = STR("fk"), .name = STR("order.order_ibfk_1"), .state = STR("done")},
    {.kind = STR("validate"), .name = STR("order.order_ibfk_1"), .state = STR("done")},
    {.kind = STR("sequence"), .name = STR("customer"), .state = STR("done")},
    {.kind = STR("trigger"), .name = STR("customer_on_update"), .state = STR("done")},
    {.kind = STR("check"), .name = STR("customer.customer_chk_1"), .state = STR("done")},
    {.kind = STR("validate"), .name = STR("customer.customer_chk_1"), .state = STR("done")},
};
static struct ledger_phase shop_phases[] = {
    {STR("schema"), STR("2026-11-23T01:00:00.100Z"), STR("2026-11-23T01:00:00.500Z"), 400},
    {STR("copy"), STR("2026-11-23T01:00:00.500Z"), STR("2026-11-23T01:12:45.500Z"), 765000},
    {STR("indexes"), STR("2026-11-23T01:12:45.500Z"), STR("2026-11-23T02:20:00.500Z"), 4035000},
};
static struct ledger shop_ledger = {
    .run = {.run_id = STR("8f14e45fceea167a5a36dedd4bea2543"),
            .state = RUN_DONE,
            .phase = STR("finish"),
            .source = STR("migrator@db.internal:3306/shop"),
            .database = STR("shop"),
            .schema = STR("public"),
            .plan_digest = STR("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            .token = STR("uuid|uuid:1-77|binlog.000002:157|4711"),
            .version = STR("0.1.0"),
            .started_at = STR("2026-11-23T01:00:00.000Z"),
            .finished_at = STR("2026-11-23T02:20:01.250Z"),
            .epoch = 1,
            .owner = STR("bastion pid 4242")},
    .tables = shop_ledger_tables,
    .table_count = COUNT_OF(shop_ledger_tables),
    .steps = shop_steps,
    .step_count = COUNT_OF(shop_steps),
    .phases = shop_phases,
    .phase_count = COUNT_OF(shop_phases)};
static struct source_facts shop_source = {
    .flavor = FLAVOR_MYSQL,
    .version = STR("9.7.1"),
    .server_uuid = STR("0b2c1c3e-c7a1-11f0-8d2b-0242ac120002"),
    .identity = STR("0b2c1c3e-c7a1-11f0-8d2b-0242ac120002"),
    .time_zone = STR("SYSTEM (UTC)"),
    .sql_mode = STR("ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,"
                    "ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"),
    .gtid_on = true,
    .log_bin = true};
static struct sink_facts shop_target = {.version = 170005,
                                        .version_text = STR("17.5"),
                                        .encoding = STR("UTF8"),
                                        .database = STR("shop"),
                                        .role = STR("loader"),
                                        .identity = STR("7432617892345678901/shop"),
                                        .time_zone = STR("UTC")};
static struct report_input shop_input = {
    .plan = &shop_plan,
    .ledger = &shop_ledger,
    .source = &shop_source,
    .source_text = STR("migrator@db.internal:3306/shop"),
    .target = &shop_target,
    .target_text = STR("loader@pg.internal:5432/shop"),
    .verdict = STR("DONE"),
    .verdict_reason = STR("Every row of the snapshot was written and counted."),
    .source_state = STR("stood still from the snapshot to the end"),
    .snapshot = STR("one moment, seen by 3 readers, without locks"),
    .jobs = 2,
    .wall_ms = 4801250};
