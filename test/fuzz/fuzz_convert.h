/*
 * What the fuzz targets of convert/ share: one value through a converter of one column. A target
 * aborts where a promise is broken; the sanitizers watch the memory.
 */
#pragma once

#include <stdint.h>
#include <stdlib.h>

#include "convert/convert.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PROMISE(condition) \
    do {                   \
        if (!(condition))  \
            abort();       \
    } while (0)

static inline uint32_t fuzz_u32(struct str bytes, size_t at)
{
    const unsigned char *b = (const unsigned char *)bytes.ptr + at;
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

/*
 * True when the value was converted: then *ret_field is the field, in `out`. The row's frame is
 * checked, and after a refusal that the buffer is as before and the error names its object.
 */
static inline bool fuzz_value(const struct convert_column *column, struct cell cell,
                              struct buf *out, struct str *ret_field)
{
    struct row row = {.cells = &cell, .cell_count = 1};
    struct converter *converter = NULL;
    struct convert_result result;

    out->len = 0;
    struct error *error = converter_new(column, 1, &converter);
    PROMISE(error == NULL);
    error = converter_add_row(converter, &row, out, &result);
    converter_free(converter);
    if (error != NULL) {
        PROMISE(out->len == 0 && !out->failed && result.column == 0 && error->row == NULL);
        PROMISE(error->object != NULL && error->text != NULL);
        error_free(error);
        return false;
    }
    PROMISE(out->len >= 6 && out->ptr[0] == 0 && out->ptr[1] == 1);
    PROMISE(out->len == 6 + (size_t)fuzz_u32(buf_str(out), 2));
    *ret_field = str_slice(buf_str(out), 6, out->len);
    return true;
}

/*
 * The input without its first `skip` bytes, in memory of its exact size: ASan sees its end. The
 * caller frees *ret_memory.
 */
static inline struct str fuzz_copy(const uint8_t *data, size_t size, size_t skip, char **ret_memory)
{
    size_t len = size - skip;
    char *copy = malloc(len > 0 ? len : 1);
    PROMISE(copy != NULL);
    if (len > 0)
        memcpy(copy, data + skip, len);
    *ret_memory = copy;
    return (struct str){.ptr = copy, .len = len};
}
