/* A row's values one behind the other, each with its tag and length. */
#include "verify/canonical.h"

#include "verify/hash.h"

static void put_head(struct buf *bytes, size_t start, enum canonical_tag tag)
{
    uint32_t len = (uint32_t)(bytes->len - start - CANONICAL_HEAD);

    if (bytes->failed)
        return;
    bytes->ptr[start] = (char)tag;
    memcpy(bytes->ptr + start + 1, &len, sizeof len);
}

static void add_long(struct canonical_row *row, size_t start, struct str value,
                     enum canonical_tag tag)
{
    struct hash128 hash = hash_bytes(value, row->seed);
    uint64_t parts[] = {hash.low, hash.high, value.len};

    row->bytes.len = start + CANONICAL_HEAD;
    buf_add(&row->bytes, parts, sizeof parts);
    put_head(&row->bytes, start, tag);
}

/* As it came: of a value that is canonical by itself, or that is none of its type. */
static void add_raw(struct canonical_row *row, size_t start, struct str raw, bool good,
                    enum canonical_side side)
{
    enum canonical_tag bad = side == SIDE_SOURCE ? TAG_BAD_SOURCE : TAG_BAD_TARGET;
    enum canonical_tag bad_long = side == SIDE_SOURCE ? TAG_LONG_SOURCE : TAG_LONG_TARGET;

    row->bytes.len = start + CANONICAL_HEAD;
    if (raw.len > row->long_limit) {
        add_long(row, start, raw, good ? TAG_LONG : bad_long);
        return;
    }
    buf_add_str(&row->bytes, raw);
    put_head(&row->bytes, start, good ? TAG_VALUE : bad);
}

/* The value goes the column's way, and is marked as bad where that leads nowhere. */
static void add_value(const struct canonical_column *column, enum canonical_side side,
                      struct str raw, size_t start, struct canonical_row *row)
{
    const struct canonical_way *way = &column->ways[side];

    if (way->form == NULL) {
        add_raw(row, start, raw, way->check == NULL || way->check(column, raw), side);
        return;
    }
    if (!way->form(column, raw, row)) {
        add_raw(row, start, raw, false, side);
        return;
    }
    struct str value = str_slice(buf_str(&row->bytes), start + CANONICAL_HEAD, row->bytes.len);
    if (value.len > row->long_limit)
        add_long(row, start, value, TAG_LONG);
    else
        put_head(&row->bytes, start, TAG_VALUE);
}

static void add_mended(const struct canonical_column *column, struct str raw, size_t start,
                       struct canonical_row *row)
{
    struct canonical_column decoded = *column;
    struct str value = raw;

    decoded.charset = NULL;
    switch (canonical_mend(column, raw, row, &value)) {
    case MEND_AS_IS:
        add_value(column, SIDE_SOURCE, raw, start, row);
        break;
    case MEND_NULL:
        put_head(&row->bytes, start, TAG_NULL);
        break;
    case MEND_VALUE:
        add_value(&decoded, SIDE_SOURCE, value, start, row);
        break;
    case MEND_FORM:
        add_raw(row, start, value, true, SIDE_SOURCE);
        break;
    }
}

void canonical_add(const struct canonical_column *column, enum canonical_side side, struct str raw,
                   struct canonical_row *row)
{
    size_t start = row->bytes.len;

    if (buf_reserve(&row->bytes, CANONICAL_HEAD) == NULL)
        return;
    row->bytes.len += CANONICAL_HEAD;
    if (raw.ptr == NULL)
        put_head(&row->bytes, start, TAG_NULL);
    else if (UNLIKELY(side == SIDE_SOURCE && column->policies != NULL))
        add_mended(column, raw, start, row);
    else
        add_value(column, side, raw, start, row);
}

struct canonical_value canonical_next(struct str row, size_t *at)
{
    struct canonical_value value = {0};
    uint32_t len;

    memcpy(&len, row.ptr + *at + 1, sizeof len);
    value.tag = (enum canonical_tag)row.ptr[*at];
    value.bytes = str_slice(row, *at + CANONICAL_HEAD, *at + CANONICAL_HEAD + len);
    *at += CANONICAL_HEAD + len;
    return value;
}
