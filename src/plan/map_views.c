/*
 * Views: which come along, their names, their queries in PostgreSQL's words, and what is to be said
 * about each. The text is SHOW CREATE VIEW's: "CREATE … VIEW `name` [(`a`,`b`)] AS query".
 */
#include "plan/view.h"
#include "sink/sink.h"

/* ---- the text -------------------------------------------------------------------------------- */

/* The position of `word` outside of quotes; the text's length when it is not there. */
static size_t find_outside_quotes(struct str text, struct str word)
{
    char quote = '\0';

    for (size_t i = 0; i + word.len <= text.len; i++) {
        char c = text.ptr[i];
        if (quote != '\0')
            quote = c == quote ? '\0' : quote;
        else if (c == '`' || c == '\'' || c == '"')
            quote = c;
        else if (str_starts_with(str_slice(text, i, text.len), word))
            return i;
    }
    return text.len;
}

/* The account that made the view may be named like anything; its name is quoted. */
static bool split_text(struct str text, struct str *ret_head, struct str *ret_rest)
{
    const struct str word = STR(" VIEW ");
    size_t at = find_outside_quotes(text, word);

    *ret_head = str_slice(text, 0, at);
    *ret_rest = str_slice(text, at + word.len, text.len);
    return at < text.len;
}

/* `name` [(`a`,`b`)] AS */
static bool parse_head(struct translation *t, struct view_columns *names)
{
    do {
        if (next_token(t)->kind != TOKEN_NAME)
            return cannot(t, "its text is not as expected");
        t->at++;
    } while (take_sign(t, "."));
    if (take_sign(t, "(")) {
        do {
            if (next_token(t)->kind != TOKEN_NAME)
                return cannot(t, "its text is not as expected");
            ARENA_PUSH(t->arena, names->items, names->count, names->capacity)->name =
                next_token(t)->text;
            t->at++;
        } while (take_sign(t, ","));
        if (!need_sign(t, ")"))
            return false;
    }
    return need_word(t, "as");
}

static bool parse_check_option(struct translation *t, const char **ret_option)
{
    *ret_option = NULL;
    if (!take_word(t, "with"))
        return true;
    if (take_word(t, "local"))
        *ret_option = "LOCAL";
    else if (take_word(t, "cascaded"))
        *ret_option = "CASCADED";
    return need_word(t, "check") && need_word(t, "option");
}

static bool parse_view(struct translation *t, struct view_columns *names, struct view_query *query,
                       const char **ret_option)
{
    if (!parse_head(t, names) || !view_parse_query(t, NULL, query) ||
        !parse_check_option(t, ret_option))
        return false;
    if (names->count > 0 && names->count != query->columns.count)
        return cannot(t, "it names another number of columns than it has");
    return next_token(t)->kind == TOKEN_END ||
           cannot(t, "\"" STR_FMT "\" is not translated", STR_ARG(next_token(t)->text));
}

/* ---- columns --------------------------------------------------------------------------------- */

static struct str target_column_name(struct planner *p, struct str name)
{
    struct str mapped = map_name(p, name);

    return is_system_column(mapped) ? arena_format(p->arena, STR_FMT "_", STR_ARG(mapped)) : mapped;
}

/* What is kept of a column: everything else lives in the translation's own arena. */
static void keep_column(struct planner *p, struct view_work *work, struct str name,
                        const struct value *value)
{
    struct planned_view *view = work->planned;
    struct view_column *column =
        ARENA_PUSH(p->arena, work->columns.items, work->columns.count, work->columns.capacity);

    column->name = arena_str(p->arena, name);
    column->value = *value;
    column->item_sql = column->value.literal = column->value.exact_sql = STR_NULL;
    view->columns[view->column_count] = target_column_name(p, column->name);
    column->value.sql = quoted_ident(p->arena, view->columns[view->column_count]);
    view->column_count++;
}

static bool keep_columns(struct translation *t, struct view_work *work,
                         const struct view_columns *names, const struct view_query *query)
{
    struct planner *p = t->view->planner;
    struct map seen;

    map_init(&seen, t->arena);
    work->planned->columns = ARENA_ARRAY(p->arena, query->columns.count + 1, struct str);
    for (size_t i = 0; i < query->columns.count; i++) {
        struct str name = names->count > 0 ? names->items[i].name : query->columns.items[i].name;
        keep_column(p, work, name, &query->columns.items[i].value);
        if (!map_add(&seen, work->planned->columns[i], work))
            return cannot(t, "two of its columns would be named \"" STR_FMT "\"",
                          STR_ARG(work->planned->columns[i]));
    }
    return true;
}

/* ---- remarks --------------------------------------------------------------------------------- */

static const struct {
    enum view_remark remark;
    const char *sentence;
} sentences[] = {
    {REMARK_TEXT_EQUAL, "text is compared exactly, not by a collation that takes other strings "
                        "for equal (case, accents, spaces at the end)"},
    {REMARK_TEXT_GROUPS, "text is grouped and made distinct exactly, not by such a collation"},
    {REMARK_TEXT_EXTREMES, "which text comes before another is PostgreSQL's collation's matter"},
    {REMARK_LETTERS, "lower and upper case of letters beyond ASCII are the database's locale's"},
    {REMARK_CUT, "LIMIT takes other rows where their order is not that of numbers or days"},
    {REMARK_TEXT_ORDER, "rows sorted by text stand in the order of PostgreSQL's collation"},
    {REMARK_DIVISION, "quotients have four digits more than the dividend, as MySQL's "
                      "div_precision_increment has it by default"},
    {REMARK_CONCAT_LENGTH, "GROUP_CONCAT is not cut at group_concat_max_len"},
    {REMARK_CONCAT_ORDER, "GROUP_CONCAT without ORDER BY comes in any order"},
    {REMARK_ZONE, "days and hours of instants are those of the session's time zone"},
};

static struct str sentences_of(struct arena *arena, unsigned remarks)
{
    struct str text = STR("");

    for (size_t i = 0; i < COUNT_OF(sentences); i++)
        if ((remarks & sentences[i].remark) != 0)
            text = arena_format(arena, STR_FMT "%s%s", STR_ARG(text), text.len > 0 ? "; " : "",
                                sentences[i].sentence);
    return text;
}

static void note_remarks(struct planner *p, const struct planned_view *view, unsigned remarks)
{
    struct str object = object_name(p, view->source->name, STR(""));
    unsigned changes = remarks & REMARKS_THAT_CHANGE;
    unsigned notes = remarks & ~(unsigned)REMARKS_THAT_CHANGE;

    if (changes != 0) {
        struct finding *finding =
            add_finding(p, SEVERITY_CHANGES, PGC_VIEW_CHANGES, object,
                        arena_format(p->arena, "this view changes its meaning: " STR_FMT,
                                     STR_ARG(sentences_of(p->arena, changes))));
        finding->detail = view->source->text;
        finding->fix = STR("look whether the rows that it is read for depend on it");
    }
    if (notes != 0)
        add_finding(p, SEVERITY_NOTE, 0, object,
                    arena_format(p->arena, "in this view, " STR_FMT,
                                 STR_ARG(sentences_of(p->arena, notes))));
}

/* ---- one view -------------------------------------------------------------------------------- */

static bool translate(struct translation *t, struct view_work *work)
{
    struct planned_view *view = work->planned;
    struct view_columns names = {0};
    struct view_query query = {0};
    struct str head, rest;
    struct token *tokens;
    size_t count;

    if (view->source->text.len > MAX_VIEW_BYTES)
        return cannot(t, "it is longer than %zu KiB", MAX_VIEW_BYTES / KIB);
    if (!split_text(view->source->text, &head, &rest))
        return cannot(t, "the source does not show its text");
    if (!tokenize(t->arena, rest, &tokens, &count))
        return cannot(t, "it holds something that is not translated");
    t->tokens = tokens;
    if (!parse_view(t, &names, &query, &view->check_option) ||
        !keep_columns(t, work, &names, &query))
        return false;
    const struct str invoker = STR("SQL SECURITY INVOKER");
    view->security_invoker = find_outside_quotes(head, invoker) < head.len;
    view->query_sql = arena_str(t->view->planner->arena, query.sql);
    return true;
}

static void leave(struct planner *p, struct view_work *work, struct str why)
{
    struct planned_view *view = work->planned;

    work->state = VIEW_FAILED;
    view->disposition = DISPOSITION_NOT_TRANSLATED;
    view->disposition_reason = arena_str(p->arena, why);
    view->column_count = 0;
    struct finding *finding = add_finding(
        p, SEVERITY_CHANGES, PGC_NOT_TRANSLATED, object_name(p, view->source->name, STR("")),
        arena_format(p->arena, "this view is not translated: " STR_FMT, STR_ARG(why)));
    finding->detail = view->source->text;
    finding->fix = STR("write it for PostgreSQL by hand; its source text is in the report");
}

/* Puts the view behind those that it reads, which stand there already. */
static void put_in_order(struct planner *p, struct view_work *work)
{
    struct planned_view *place = &p->plan->views[p->plan->view_count++];

    *place = *work->planned;
    work->planned = place;
}

bool view_translate(struct view_translation *around, struct view_work *work)
{
    struct planner *p = around->planner;
    CLEANUP(arena_free) struct arena arena = ARENA_INIT(LIMIT_RUN_ARENA, "view");
    struct view_translation view = {.planner = p,
                                    .works = around->works,
                                    .work_count = around->work_count,
                                    .nesting = around->nesting + 1};
    struct translation t = {.arena = &arena, .planner = p, .use = EXPRESSION_VIEW, .view = &view};

    work->state = VIEW_IN_WORK;
    bool done = view.nesting <= MAX_VIEW_NESTING
                    ? translate(&t, work)
                    : cannot(&t, "it reads views over views over views");
    if (done) {
        work->state = VIEW_TRANSLATED;
        note_remarks(p, work->planned, view.remarks);
    } else {
        leave(p, work, t.why);
    }
    put_in_order(p, work);
    return done;
}

/* ---- all of them ----------------------------------------------------------------------------- */

void map_views(struct planner *p)
{
    struct planned_view *views = p->plan->views;
    size_t count = p->plan->view_count;
    struct view_work *works = ARENA_ARRAY(p->arena, count + 1, struct view_work);
    struct view_translation view = {.planner = p, .works = works, .work_count = count};

    p->plan->views = ARENA_ARRAY(p->arena, count + 1, struct planned_view);
    p->plan->view_count = 0;
    for (size_t i = 0; i < count; i++) {
        works[i].planned = &views[i];
        if (views[i].disposition != DISPOSITION_CREATED)
            works[i].state = VIEW_FAILED;
    }
    for (size_t i = 0; i < count; i++) {
        arena_rewind(p->scratch);
        if (works[i].state == VIEW_WAITING)
            view_translate(&view, &works[i]);
        else if (works[i].planned == &views[i]) /* left out before */
            put_in_order(p, &works[i]);
    }
}

const struct planned_view *plan_find_view(const struct plan *plan,
                                          const struct source_object *object)
{
    for (size_t i = 0; i < plan->view_count; i++)
        if (plan->views[i].source == object)
            return &plan->views[i];
    return NULL;
}

void plan_print_view(const struct plan *plan, const struct planned_view *view, struct buf *sql)
{
    if (view->disposition != DISPOSITION_CREATED)
        return;
    buf_add_c(sql, "CREATE VIEW ");
    sink_quote_name(sql, view->schema, view->name);
    for (size_t i = 0; i < view->column_count; i++) {
        buf_add_c(sql, i > 0 ? ", " : " (");
        sink_quote_ident(sql, view->columns[i]);
    }
    buf_add_format(sql, ")%s AS\n" STR_FMT,
                   view->security_invoker ? " WITH (security_invoker = true)" : "",
                   STR_ARG(view->query_sql));
    if (view->check_option != NULL)
        buf_add_format(sql, "\nWITH %s CHECK OPTION", view->check_option);
    buf_add_c(sql, ";\n");
    if (plan->options->owner.len == 0)
        return;
    buf_add_c(sql, "ALTER VIEW ");
    sink_quote_name(sql, view->schema, view->name);
    buf_add_c(sql, " OWNER TO ");
    sink_quote_ident(sql, plan->options->owner);
    buf_add_c(sql, ";\n");
}
