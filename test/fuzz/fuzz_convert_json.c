/* JSON and jsonb: what jsonb takes json takes, unchanged. */
#include "fuzz_convert.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct target_type json = {.kind = TARGET_JSON}, jsonb = {.kind = TARGET_JSONB};
    struct source_type source = {.kind = SOURCE_JSON, .text = STR("json")};
    struct convert_column column = {.source = &source, .target = &json, .object = STR("d.t.c")};
    struct buf out = BUF_INIT(1 << 20, "fuzz");
    char *memory = NULL;
    struct str text = fuzz_copy(data, size, 0, &memory), field;
    struct cell cell = {.form = CELL_BYTES, .bytes = text};

    bool is_json = fuzz_value(&column, cell, &out, &field);
    if (is_json)
        PROMISE(str_equal(field, text));
    column.target = &jsonb;
    if (fuzz_value(&column, cell, &out, &field))
        PROMISE(is_json && field.ptr[0] == 1 && str_equal(str_slice(field, 1, field.len), text));
    free(memory);
    buf_free(&out);
    return 0;
}
