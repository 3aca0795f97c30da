/*
 * One value through a converter of one column: what its field's bytes are, or how it is refused.
 */
#pragma once

#include <stdlib.h>

#include "convert/convert.h"
#include "tap.h"

/* The test's table of cp1252-like bytes: 0x80 is the euro sign, 0x81 nothing, the rest latin1. */
__attribute__((unused)) static const struct charset *one_latin1(void)
{
    static uint32_t single[256];
    static struct charset charset = {.form = CHARSET_SINGLE, .single = single};
    for (uint32_t i = 0; i < 256; i++)
        single[i] = i;
    single[0x80] = 0x20ac;
    single[0x81] = CHARSET_INVALID;
    charset.name = STR("latin1");
    return &charset;
}

__attribute__((unused)) static const struct charset one_utf8 = {.form = CHARSET_UTF8};

static struct target_type one_target(const char *text)
{
    struct target_type target = {0};
    if (!target_type_parse(str_of(text), &target)) {
        printf("Bail out! no target type: %s\n", text);
        exit(1);
    }
    return target;
}

/*
 * Converts; on success *ret_field holds the field without its length word (the length is checked
 * against the row's), or ptr NULL for NULL. `out` is emptied first.
 */
__attribute__((unused)) static struct error *one_convert(const struct source_type *source,
                                                         const struct target_type *target,
                                                         const struct charset *charset,
                                                         struct cell cell, struct buf *out,
                                                         struct str *ret_field)
{
    CLEANUP(converter_freep) struct converter *converter = NULL;
    struct convert_column column = {
        .source = source, .target = target, .charset = charset, .object = STR("db.t.c")};
    struct row row = {.cells = &cell, .cell_count = 1};
    struct convert_result result;

    out->len = 0;
    TRY(converter_new(&column, 1, &converter));
    buf_add_c(out, "before");
    struct error *error = converter_add_row(converter, &row, out, &result);
    if (error != NULL) {
        if (out->len != 6 || memcmp(out->ptr, "before", 6) != 0 || result.column != 0)
            return error_add_context(error, "the buffer was not restored");
        return error;
    }
    const unsigned char *at = (const unsigned char *)out->ptr + 6;
    uint32_t len = (uint32_t)at[2] << 24 | (uint32_t)at[3] << 16 | (uint32_t)at[4] << 8 | at[5];
    *ret_field = (struct str){0};
    if (len == UINT32_MAX && out->len == 12)
        return NULL;
    if (at[0] != 0 || at[1] != 1 || out->len != 12 + (size_t)len)
        return error_new(PGC_INTERNAL, "a field of %u bytes in a row of %zu", len, out->len);
    *ret_field = str_slice(buf_str(out), 12, out->len);
    return NULL;
}

/* The error id, or 0 and the field's bytes in hexadecimal ("NULL" for NULL). */
__attribute__((unused)) static int one_value(struct source_type source, const char *target_text,
                                             const struct charset *charset, struct cell cell,
                                             char ret_hex[1024])
{
    CLEANUP(buf_free) struct buf out = BUF_INIT(1 << 20, "test");
    struct target_type target = one_target(target_text);
    struct str field = {0};

    source.text = STR("SOURCE");
    struct error *error = one_convert(&source, &target, charset, cell, &out, &field);
    if (error != NULL) {
        int id = (int)error->id;
        snprintf(ret_hex, 1024, "%s / %s%s", error->text, error->object ? error->object : "",
                 error->context ? " / RESTORE FAILED" : "");
        error_free(error);
        return id;
    }
    if (field.ptr == NULL) {
        snprintf(ret_hex, 1024, "NULL");
        return 0;
    }
    for (size_t i = 0; i < field.len && i < 500; i++)
        snprintf(ret_hex + 2 * i, 3, "%02x", (unsigned char)field.ptr[i]);
    ret_hex[field.len < 500 ? 2 * field.len : 1000] = '\0';
    return 0;
}

#define INT_CELL(v) ((struct cell){.form = CELL_INT, .integer = (v)})
#define UINT_CELL(v) ((struct cell){.form = CELL_UINT, .natural = (v)})
#define BYTES_CELL(s) ((struct cell){.form = CELL_BYTES, .bytes = STR(s)})
#define TIME_CELL(...) ((struct cell){.form = CELL_TIME, .time = {__VA_ARGS__}})

/* The value becomes these bytes. */
#define becomes(source, target, charset, cell, hex)                                            \
    do {                                                                                       \
        char got_hex_[1024];                                                                   \
        int id_ = one_value((source), (target), (charset), (cell), got_hex_);                  \
        if (!ok(id_ == 0 && strcmp(got_hex_, (hex)) == 0, "%s: %s -> %s", #cell, target, hex)) \
            printf("#      got: PGC-%d %s\n", id_, got_hex_);                                  \
    } while (0)
/* The value is refused with this error, whose text and object hold `part`. */
#define refused(source, target, charset, cell, error_id, part)            \
    do {                                                                  \
        char got_[1024];                                                  \
        int id_ = one_value((source), (target), (charset), (cell), got_); \
        if (!ok(id_ == (int)(error_id) && strstr(got_, (part)) != NULL && \
                    strstr(got_, "RESTORE") == NULL,                      \
                "%s: %s refused: %s", #cell, target, part))               \
            printf("#      got: PGC-%d %s\n", id_, got_);                 \
    } while (0)
