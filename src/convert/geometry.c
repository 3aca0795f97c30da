/*
 * GEOMETRY to EWKB. The source stores the SRID in four bytes and well-known binary behind them, all
 * little endian (OGC 06-103r4, 8.2; "Geometry Storage" in MySQL's manual). EWKB is PostGIS' form of
 * the same (lwgeom_to_wkb() in its liblwgeom/lwout_wkb.c): the SRID stands behind the outermost
 * type, which says so by a bit; without SRID (0) it is well-known binary itself. Coordinates keep
 * their order: x, then y.
 */
#include "convert/field.h"

#define SRID_BYTES 4
#define HEAD_BYTES 5 /* byte order and type */
#define LITTLE_ENDIAN_MARK 1
#define POINT_BYTES 16
#define EWKB_SRID_FLAG UINT32_C(0x20000000)
/* PostGIS reads no deeper (LW_PARSER_MAX_DEPTH). */
#define MAX_DEPTH 200

enum shape {
    SHAPE_ANY,
    SHAPE_POINT,
    SHAPE_LINESTRING,
    SHAPE_POLYGON,
    SHAPE_MULTIPOINT,
    SHAPE_MULTILINESTRING,
    SHAPE_MULTIPOLYGON,
    SHAPE_COLLECTION,
};

/* How a shape goes on behind its head. */
static const struct {
    bool is_counted;   /* a count comes first */
    bool has_rings;    /* that many rings, each a count of points */
    enum shape member; /* that many shapes of this kind, each with a head of its own */
    bool has_members;
} shapes[] = {
    [SHAPE_POINT] = {0},
    [SHAPE_LINESTRING] = {.is_counted = true},
    [SHAPE_POLYGON] = {.is_counted = true, .has_rings = true},
    [SHAPE_MULTIPOINT] = {.is_counted = true, .has_members = true, .member = SHAPE_POINT},
    [SHAPE_MULTILINESTRING] = {.is_counted = true, .has_members = true, .member = SHAPE_LINESTRING},
    [SHAPE_MULTIPOLYGON] = {.is_counted = true, .has_members = true, .member = SHAPE_POLYGON},
    [SHAPE_COLLECTION] = {.is_counted = true, .has_members = true, .member = SHAPE_ANY},
};

struct walk {
    struct str bytes;
    size_t at;
    /* Shapes still to come on each level, and of which kind. */
    struct {
        uint32_t left;
        enum shape kind;
    } levels[MAX_DEPTH];
    size_t depth;
};

static bool read_u32(struct walk *walk, uint32_t *ret_number)
{
    if (walk->bytes.len - walk->at < sizeof *ret_number)
        return false;
    memcpy(ret_number, walk->bytes.ptr + walk->at, sizeof *ret_number);
    walk->at += sizeof *ret_number;
    return true;
}

static bool skip_points(struct walk *walk, uint32_t count)
{
    if ((walk->bytes.len - walk->at) / POINT_BYTES < count)
        return false;
    walk->at += (size_t)count * POINT_BYTES;
    return true;
}

static bool skip_rings(struct walk *walk, uint32_t count)
{
    uint32_t points;

    while (count-- > 0)
        if (!read_u32(walk, &points) || !skip_points(walk, points))
            return false;
    return true;
}

/* One head, and its shape's numbers; members become a level of their own. */
static bool read_shape(struct walk *walk, enum shape wanted)
{
    uint32_t type, count = 1;

    if (walk->bytes.len - walk->at < HEAD_BYTES ||
        walk->bytes.ptr[walk->at++] != LITTLE_ENDIAN_MARK || !read_u32(walk, &type))
        return false;
    if (type < SHAPE_POINT || type > SHAPE_COLLECTION || (wanted != SHAPE_ANY && type != wanted))
        return false;
    if (shapes[type].is_counted && !read_u32(walk, &count))
        return false;
    if (!shapes[type].has_members)
        return shapes[type].has_rings ? skip_rings(walk, count) : skip_points(walk, count);
    if (walk->depth == MAX_DEPTH)
        return false;
    walk->levels[walk->depth].left = count;
    walk->levels[walk->depth++].kind = shapes[type].member;
    return true;
}

/* Whether the bytes are one geometry and nothing else; *ret_bad_at is where they cease to be. */
static bool is_geometry(struct str bytes, size_t *ret_bad_at)
{
    struct walk walk;
    bool good;

    walk.bytes = bytes;
    walk.at = SRID_BYTES;
    walk.depth = 0;
    good = bytes.len > SRID_BYTES && read_shape(&walk, SHAPE_ANY);
    while (good && walk.depth > 0) {
        if (walk.levels[walk.depth - 1].left == 0) {
            walk.depth--;
            continue;
        }
        walk.levels[walk.depth - 1].left--;
        good = read_shape(&walk, walk.levels[walk.depth - 1].kind);
    }
    *ret_bad_at = walk.at < bytes.len ? walk.at : bytes.len;
    return good && walk.at == bytes.len;
}

struct error *field_add_geometry(const struct field *field, const struct cell *cell,
                                 struct buf *out)
{
    struct str bytes = cell->bytes;
    uint32_t srid, type;
    size_t bad_at;

    if (UNLIKELY(!is_geometry(bytes, &bad_at)))
        return error_new(PGC_VALUE_BAD_GEOMETRY, "byte %zu of %zu belongs to no geometry",
                         bad_at + 1, bytes.len);
    if (UNLIKELY(bytes.len > LIMIT_FIELD))
        return error_new(PGC_VALUE_TOO_BIG, "%zu bytes, a field holds %zu", bytes.len, LIMIT_FIELD);
    char *at = field_room(field, out, 4 + bytes.len);
    if (UNLIKELY(at == NULL))
        return buf_error(out);
    memcpy(&srid, bytes.ptr, sizeof srid);
    if (srid == 0) {
        memcpy(at + 4, bytes.ptr + SRID_BYTES, bytes.len - SRID_BYTES);
        return field_done(out, at, bytes.len - SRID_BYTES);
    }
    memcpy(&type, bytes.ptr + SRID_BYTES + 1, sizeof type);
    type |= EWKB_SRID_FLAG;
    at[4] = LITTLE_ENDIAN_MARK;
    memcpy(at + 5, &type, sizeof type);
    memcpy(at + 9, &srid, sizeof srid);
    memcpy(at + 13, bytes.ptr + SRID_BYTES + HEAD_BYTES, bytes.len - SRID_BYTES - HEAD_BYTES);
    return field_done(out, at, bytes.len);
}
