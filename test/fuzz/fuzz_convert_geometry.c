/*
 * Geometries to EWKB, and vectors to real[] and vector: what is taken is of the length that the
 * input says, and holds its bytes.
 */
#include "fuzz_convert.h"

static void check_geometry(struct str bytes, struct buf *out)
{
    static const struct target_type bytea = {.kind = TARGET_BYTEA};
    struct source_type source = {.kind = SOURCE_GEOMETRY, .text = STR("geometry")};
    struct convert_column column = {.source = &source, .target = &bytea, .object = STR("d.t.c")};
    struct str field;

    if (!fuzz_value(&column, (struct cell){.form = CELL_BYTES, .bytes = bytes}, out, &field))
        return;
    bool has_srid = memcmp(bytes.ptr, "\0\0\0", 4) != 0;
    size_t head = has_srid ? 9 : 5;
    PROMISE(field.len == bytes.len - (has_srid ? 0 : 4) && field.ptr[0] == 1);
    PROMISE(field.ptr[1] >= 1 && field.ptr[1] <= 7 && field.ptr[4] == (has_srid ? 0x20 : 0));
    PROMISE(!has_srid || memcmp(field.ptr + 5, bytes.ptr, 4) == 0);
    PROMISE(memcmp(field.ptr + head, bytes.ptr + 9, bytes.len - 9) == 0);
}

static void check_vector(struct str bytes, struct buf *out)
{
    static const struct target_type array = {.kind = TARGET_REAL_ARRAY},
                                    vector = {.kind = TARGET_VECTOR};
    struct source_type source = {.kind = SOURCE_VECTOR, .length = 16000, .text = STR("vector")};
    struct convert_column column = {.source = &source, .target = &array, .object = STR("d.t.c")};
    struct cell cell = {.form = CELL_BYTES, .bytes = bytes};
    struct str field;

    if (fuzz_value(&column, cell, out, &field)) {
        PROMISE(bytes.len % 4 == 0 && field.len == (bytes.len == 0 ? 12 : 20 + 2 * bytes.len));
        for (size_t i = 0; i < bytes.len / 4; i++)
            PROMISE(fuzz_u32(field, 24 + 8 * i) == __builtin_bswap32(fuzz_u32(bytes, 4 * i)));
    }
    column.target = &vector;
    if (fuzz_value(&column, cell, out, &field))
        PROMISE(bytes.len > 0 && bytes.len % 4 == 0 && field.len == 4 + bytes.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf out = BUF_INIT(1 << 22, "fuzz");
    char *memory = NULL;
    struct str bytes = fuzz_copy(data, size, 0, &memory);

    check_geometry(bytes, &out);
    check_vector(bytes, &out);
    free(memory);
    buf_free(&out);
    return 0;
}
