/* Text to uuid: taken are 32 hexadecimal digits, with hyphens or without, and become themselves. */
#include "fuzz_convert.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct target_type uuid = {.kind = TARGET_UUID};
    static const struct charset utf8 = {.form = CHARSET_UTF8}, utf16 = {.form = CHARSET_UTF16};
    struct source_type source = {.kind = SOURCE_TEXT, .text = STR("text")};
    struct convert_column column = {
        .source = &source, .target = &uuid, .charset = &utf8, .object = STR("d.t.c")};
    struct buf out = BUF_INIT(1 << 20, "fuzz"), digits = BUF_INIT(1 << 20, "fuzz"),
               again = BUF_INIT(1 << 20, "fuzz");
    char *memory = NULL;
    struct str text = fuzz_copy(data, size, 0, &memory), field;
    struct cell cell = {.form = CELL_BYTES, .bytes = text};

    if (fuzz_value(&column, cell, &out, &field)) {
        PROMISE(field.len == 16);
        buf_add_hex(&again, field);
        for (size_t i = 0; i < text.len; i++)
            if (text.ptr[i] != '-')
                buf_add_char(&digits, text.ptr[i]);
        PROMISE(str_equal_nocase(buf_str(&digits), buf_str(&again)));
    }
    column.charset = &utf16;
    if (fuzz_value(&column, cell, &out, &field))
        PROMISE(field.len == 16 && (text.len == 64 || text.len == 72));
    free(memory);
    buf_free(&out);
    buf_free(&digits);
    buf_free(&again);
    return 0;
}
