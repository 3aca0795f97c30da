/* DECIMAL's text to numeric and to the integer types: whatever is taken has the canonical form. */
#include "fuzz_convert.h"

static unsigned word_at(struct str field, size_t index)
{
    return fuzz_u32(field, 2 * index - 2) & 0xffff;
}

static void check_numeric(struct str field, const struct target_type *target)
{
    PROMISE(field.len >= 8);
    unsigned count = fuzz_u32(field, 0) >> 16;
    PROMISE(field.len == 8 + 2 * (size_t)count && count <= 18);
    PROMISE(word_at(field, 2) == 0 || (word_at(field, 2) == 0x4000 && count > 0));
    PROMISE(target->precision == 0 || word_at(field, 3) == target->scale);
    for (unsigned i = 0; i < count; i++)
        PROMISE(word_at(field, 4 + i) <= 9999);
    PROMISE(count == 0 || (word_at(field, 4) != 0 && word_at(field, 3 + count) != 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct target_type targets[] = {
        {.kind = TARGET_NUMERIC},
        {.kind = TARGET_NUMERIC, .precision = 65, .scale = 30},
        {.kind = TARGET_NUMERIC, .precision = 10, .scale = 2},
        {.kind = TARGET_NUMERIC, .precision = 5, .scale = 5},
        {.kind = TARGET_BIGINT},
        {.kind = TARGET_INTEGER},
        {.kind = TARGET_SMALLINT},
    };
    struct source_type source = {.kind = SOURCE_DECIMAL, .text = STR("decimal(65,30)")};
    struct buf out = BUF_INIT(1 << 20, "fuzz");
    char *memory = NULL;
    struct str text = fuzz_copy(data, size, 0, &memory), field;

    for (size_t i = 0; i < COUNT_OF(targets); i++) {
        struct convert_column column = {
            .source = &source, .target = &targets[i], .object = STR("d.t.c")};
        struct cell cell = {.form = CELL_BYTES, .bytes = text};
        if (fuzz_value(&column, cell, &out, &field) && targets[i].kind == TARGET_NUMERIC)
            check_numeric(field, &targets[i]);
    }
    free(memory);
    buf_free(&out);
    return 0;
}
