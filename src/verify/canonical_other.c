/*
 * Addresses, geometries and vectors. A geometry's form is how the source stores it: the SRID in
 * four bytes, and well-known binary behind them; a vector's are its floats, likewise.
 */
#include "verify/canonical.h"

#include <arpa/inet.h>
#include <math.h>
#include <stdlib.h>

/* PostGIS' EWKB: a bit of the type that says that an SRID follows it. */
#define EWKB_HAS_SRID 0x20
#define EWKB_TYPE_END 5
#define SRID_BYTES 4
/* One float in text, as float4out() writes it, with room to spare. */
#define FLOAT_TEXT 48

/* ---- addresses ------------------------------------------------------------------------------- */

/* inet cast to text ends in the length of its netmask, which must be all of it. */
bool canonical_inet(const struct canonical_column *column, struct str raw,
                    struct canonical_row *row)
{
    bool is_six = column->source->kind == SOURCE_INET6;
    struct str mask = is_six ? STR("/128") : STR("/32");
    unsigned char bytes[sizeof(struct in6_addr)];
    char text[INET6_ADDRSTRLEN];

    if (str_ends_with(raw, mask))
        raw = str_slice(raw, 0, raw.len - mask.len);
    if (raw.len == 0 || raw.len >= sizeof text)
        return false;
    memcpy(text, raw.ptr, raw.len);
    text[raw.len] = '\0';
    if (inet_pton(is_six ? AF_INET6 : AF_INET, text, bytes) != 1)
        return false;
    buf_add(&row->bytes, bytes, is_six ? sizeof(struct in6_addr) : sizeof(struct in_addr));
    return true;
}

/* ---- geometries ------------------------------------------------------------------------------ */

bool canonical_ewkb(const struct canonical_column *column, struct str raw,
                    struct canonical_row *row)
{
    static const char no_srid[SRID_BYTES] = {0};

    (void)column;
    if (raw.len < EWKB_TYPE_END || raw.ptr[0] != 1)
        return false;
    if ((raw.ptr[EWKB_TYPE_END - 1] & EWKB_HAS_SRID) == 0) {
        buf_add(&row->bytes, no_srid, SRID_BYTES);
        buf_add_str(&row->bytes, raw);
        return true;
    }
    if (raw.len < EWKB_TYPE_END + SRID_BYTES)
        return false;
    buf_add(&row->bytes, raw.ptr + EWKB_TYPE_END, SRID_BYTES);
    buf_add(&row->bytes, raw.ptr, EWKB_TYPE_END - 1);
    buf_add_char(&row->bytes, (char)(raw.ptr[EWKB_TYPE_END - 1] & ~EWKB_HAS_SRID));
    buf_add_str(&row->bytes, str_slice(raw, EWKB_TYPE_END + SRID_BYTES, raw.len));
    return true;
}

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A geometry cast to text is its EWKB in hexadecimal. */
bool canonical_ewkb_hex(const struct canonical_column *column, struct str raw,
                        struct canonical_row *row)
{
    if (raw.len % 2 != 0)
        return false;
    buf_reset(&row->text, SIZE_MAX);
    for (size_t i = 0; i < raw.len; i += 2) {
        int high = digit_of(raw.ptr[i]), low = digit_of(raw.ptr[i + 1]);
        if (high < 0 || low < 0)
            return false;
        buf_add_char(&row->text, (char)(high << 4 | low));
    }
    return !row->text.failed && canonical_ewkb(column, buf_str(&row->text), row);
}

/* ---- vectors --------------------------------------------------------------------------------- */

static bool add_float(struct str element, struct buf *out)
{
    char text[FLOAT_TEXT];
    char *end;

    if (element.len == 0 || element.len >= sizeof text)
        return false;
    memcpy(text, element.ptr, element.len);
    text[element.len] = '\0';
    float value = strtof(text, &end);
    if (end != text + element.len)
        return false;
    buf_add(out, &value, sizeof value);
    return true;
}

/* {1,-0,2.5} of a real[], [1,-0,2.5] of a vector. */
bool canonical_floats(const struct canonical_column *column, struct str raw,
                      struct canonical_row *row)
{
    bool is_array = column->target->kind == TARGET_REAL_ARRAY;

    if (raw.len < 2 || raw.ptr[0] != (is_array ? '{' : '[') ||
        raw.ptr[raw.len - 1] != (is_array ? '}' : ']'))
        return false;
    raw = str_slice(raw, 1, raw.len - 1);
    for (size_t at = 0; at < raw.len;) {
        size_t comma = str_find(raw, ',', at);
        if (!add_float(str_slice(raw, at, comma), &row->bytes))
            return false;
        at = comma + 1;
    }
    return true;
}
