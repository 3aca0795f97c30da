/*
 * compare_databases CONNINFO CONNINFO [SCHEMA [SCHEMA]]: two databases, object by object, as JSON.
 * The second schema is shown under the first one's name. Without schemas: all of them. Exit 0 when
 * they are equal, 3 when not. For tests: no command does this.
 */
#include "base/limits.h"
#include "compare/compare.h"
#include "sink/sink.h"

static struct error *read_side(const char *uri, const char *schema, const char *shown_as,
                               struct arena *arena, struct structure *ret_structure)
{
    CLEANUP(sink_closep) struct sink_session *session = NULL;
    struct sink_options target = {0};
    struct str name = str_of(schema);
    struct sink_structure_options options = {
        .schemas = &name, .schema_count = schema != NULL ? 1 : 0, .shown_as = str_of(shown_as)};

    TRY(sink_options_parse(str_of(uri), &target));
    struct error *error = sink_open(&target, "compare", &session);
    if (error == NULL)
        error = sink_exec(session, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    if (error == NULL)
        error = sink_read_structure(session, &options, arena, ret_structure);
    sink_options_done(&target);
    return error;
}

static struct error *compare(int argc, char **argv, struct arena *arena, size_t *ret_count)
{
    const struct compare_options everything = {
        .owners = true, .privileges = true, .comments = true, .column_order = true};
    CLEANUP(buf_free) struct buf json = BUF_INIT(LIMIT_DOCUMENT, "differences");
    struct structure left = {0}, right = {0};
    struct difference_list list = {0};
    const char *schema = argc > 3 ? argv[3] : NULL, *other = argc > 4 ? argv[4] : schema;

    TRY(read_side(argv[1], schema, NULL, arena, &left));
    TRY(read_side(argv[2], other, argc > 4 ? schema : NULL, arena, &right));
    compare_structures(&left, &right, &everything, arena, &list);
    compare_print_json(&list, &json);
    TRY(buf_error(&json));
    printf("%s\n", buf_c_str(&json));
    *ret_count = list.count;
    return NULL;
}

int main(int argc, char **argv)
{
    CLEANUP(arena_free) struct arena arena = ARENA_INIT(LIMIT_STRUCTURE_ARENA, "structure");
    size_t count = 0;

    if (argc < 3)
        return 2;
    struct error *error = compare(argc, argv, &arena, &count);
    if (error != NULL)
        fprintf(stderr, "%s\n", error->text);
    int status = error != NULL ? 1 : count > 0 ? 3 : 0;
    error_free(error);
    return status;
}
