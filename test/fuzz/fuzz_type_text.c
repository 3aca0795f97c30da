/*
 * What the servers write about a column. The input's lines are type, default, EXTRA and expression.
 * A type is understood whole, or it is SOURCE_OTHER.
 */
#include <stdlib.h>

#include "base/limits.h"
#include "source/type_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_type(const struct source_type *type)
{
    bool has_labels = type->kind == SOURCE_ENUM || type->kind == SOURCE_SET;

    if (has_labels != (type->label_count > 0))
        abort();
    if (type->fraction > 6 || type->scale > type->precision || type->precision > 65)
        abort();
    if (type->kind == SOURCE_BIT && (type->length < 1 || type->length > 64))
        abort();
    if (type->is_tinyint_1 && type->kind != SOURCE_TINYINT)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = ARENA_INIT(16 * MIB, "fuzz");
    struct str rest = {.ptr = (const char *)data, .len = size}, lines[4] = {0};

    if (size > 16 * KIB)
        return 0;
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        size_t end = str_find(rest, '\n', 0);

        lines[i] = str_slice(rest, 0, end);
        rest = str_slice(rest, end + 1, rest.len);
    }
    for (int mariadb = 0; mariadb < 2; mariadb++) {
        enum source_flavor flavor = mariadb ? FLAVOR_MARIADB : FLAVOR_MYSQL;
        struct source_column column = {0};

        source_type_parse(lines[0], &arena, &column.type);
        check_type(&column.type);
        source_extra_parse(lines[2], &column);
        source_default_parse(flavor, lines[1], lines[2], &arena, &column);
        if (!column.has_default && column.default_text.len > 0)
            abort();
        if (source_expression_text(flavor, lines[3], &arena).len > lines[3].len)
            abort();
    }
    arena_free(&arena);
    return 0;
}
