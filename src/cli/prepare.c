#include "cli/prepare.h"

#include "base/limits.h"
#include "base/log.h"
#include "cli/file.h"

static bool decides_something(const struct cli_options *options)
{
    for (unsigned o = 0; o < OPTION_COUNT; o++) {
        if ((cli_option_info(o)->keys & KEY_DECIDES) != 0 && cli_given(options, o))
            return true;
    }
    for (enum value_class i = 0; i < CLASS_COUNT; i++) {
        if (options->policies.of[i] != POLICY_UNSET)
            return true;
    }
    return options->rule_count > 0 || options->type_rule_count > 0;
}

static struct error *check_rights(const struct cli_options *options, struct prepared *prepared)
{
    struct error *error =
        source_check_privileges(prepared->session, str_of(prepared->source.database));

    if (error == NULL || error->id != PGC_SOURCE_PRIVILEGE || !options->visible_only)
        return error;
    log_warning("the source user may not see everything; what it cannot see is not in this plan");
    error_free(error);
    prepared->visible_only = true;
    return NULL;
}

/*
 * plan.json: its options, unless the command line decides something itself; then that must come to
 * the same decisions.
 */
static struct error *read_plan_file(const struct cli_options *options, struct arena *arena,
                                    struct plan_options *ret_options, struct str *ret_digest)
{
    struct plan_options from_file = {0};
    struct str json;

    TRY(file_read(options->plan, "plan file", LIMIT_DOCUMENT, arena, &json));
    TRY_DOING(plan_read_json(json, arena, &from_file, ret_digest), "read %s", options->plan);
    /* The lock is held by this call or by none: a plan cannot ask for it. */
    if (from_file.engines_locked != options->lock)
        return error_with_fix(
            error_with_object(error_new(PGC_STALE_PLAN, "the plan was made with%s --lock",
                                        from_file.engines_locked ? "" : "out"),
                              "%s", options->plan),
            from_file.engines_locked ? "give --lock here, too" : "make a plan with --lock");
    /* A limit, not a decision: it may be raised for a plan that stays as it is. */
    if (cli_given(options, OPTION_max_quarantined))
        from_file.max_quarantined = options->max_quarantined;
    if (!decides_something(options))
        *ret_options = from_file;
    ret_options->max_quarantined = from_file.max_quarantined;
    return NULL;
}

static struct error *check_digest(const struct cli_options *options, const struct plan *plan,
                                  struct str digest)
{
    if (str_equal(plan->digest, digest))
        return NULL;
    struct error *error =
        error_new(PGC_STALE_PLAN, "the source or the decisions are not those of the plan file");
    error = error_with_object(error, "%s", options->plan);
    if (decides_something(options))
        return error_with_fix(error,
                              "give the options and the configuration that the plan was "
                              "made with, or make a new one: pgconverge plan -o %s",
                              options->plan);
    return error_with_fix(error, "make a new one and look at what differs: pgconverge plan -o %s",
                          options->plan);
}

/* ---- extensions ------------------------------------------------------------------------------ */

static bool is_of_extension(const struct target_type *type)
{
    return type->kind == TARGET_GEOMETRY || type->kind == TARGET_VECTOR;
}

static bool needs_extensions(const struct plan_options *options)
{
    for (size_t i = 0; i < options->rule_count; i++)
        if (options->rules[i].compare == COMPARE_CITEXT ||
            (options->rules[i].has_type && is_of_extension(&options->rules[i].type)))
            return true;
    for (size_t i = 0; i < options->type_rule_count; i++)
        if (is_of_extension(&options->type_rules[i].type))
            return true;
    return false;
}

/* Only where a rule asks for one: a plan needs no target otherwise. */
static struct error *find_extensions(const struct cli_options *options, struct arena *arena,
                                     struct plan_options *plan)
{
    struct sink_session *session = NULL;
    struct sink_options target = {0};
    struct sink_rows rows = {0};

    if (!needs_extensions(plan) || !cli_has_target(options))
        return NULL;
    TRY(cli_open_target(options, "plan", &target, &session));
    struct error *error = sink_query(session,
                                     "SELECT e.extname, n.nspname FROM pg_catalog.pg_extension e"
                                     " JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace",
                                     0, NULL, arena, &rows);
    sink_close(session);
    sink_options_done(&target);
    TRY(error);
    for (size_t i = 0; i < rows.row_count; i++) {
        struct str name = sink_cell(&rows, i, 0), schema = sink_cell(&rows, i, 1);
        if (str_equal_c(name, "postgis"))
            plan->postgis_schema = schema;
        else if (str_equal_c(name, "vector"))
            plan->vector_schema = schema;
        else if (str_equal_c(name, "citext"))
            plan->citext_schema = schema;
    }
    return NULL;
}

static struct error *look_and_plan(const struct cli_options *options, struct arena *arena,
                                   struct prepared *prepared)
{
    TRY(cli_open_source(options, &prepared->source, &prepared->session));
    TRY_DOING(source_read_facts(prepared->session, arena, &prepared->facts),
              "look at the source server");
    TRY_DOING(check_rights(options, prepared), "check the rights on the source");
    TRY_DOING(source_read_catalog(prepared->session, str_of(prepared->source.database), arena,
                                  &prepared->catalog),
              "read the catalog of the source");
    TRY_DOING(plan_make(&prepared->catalog, &prepared->facts, &prepared->plan_options, arena,
                        &prepared->plan),
              "plan");
    return NULL;
}

struct error *cli_prepare(const struct cli_options *options, struct arena *arena,
                          struct prepared *ret_prepared)
{
    struct prepared *prepared = ret_prepared;
    struct str digest = STR_NULL;

    *prepared = (struct prepared){0};
    cli_plan_options(options, &prepared->plan_options);
    if (options->plan != NULL)
        TRY(read_plan_file(options, arena, &prepared->plan_options, &digest));
    if (options->plan == NULL || decides_something(options))
        TRY_DOING(find_extensions(options, arena, &prepared->plan_options),
                  "look for extensions in the target");
    TRY(look_and_plan(options, arena, prepared));
    if (options->plan != NULL)
        TRY(check_digest(options, &prepared->plan, digest));
    return NULL;
}

struct error *cli_prepare_as(const struct cli_options *options, const struct plan_options *decided,
                             struct arena *arena, struct prepared *ret_prepared)
{
    *ret_prepared = (struct prepared){.plan_options = *decided};
    return look_and_plan(options, arena, ret_prepared);
}

void cli_prepare_done(struct prepared *prepared)
{
    source_close(prepared->session);
    prepared->session = NULL;
    source_options_done(&prepared->source);
}
