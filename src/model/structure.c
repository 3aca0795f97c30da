#include "model/structure.h"

#include <assert.h>

static const struct part_kind_info kinds[] = {
#define PART_KIND(id, words) {words, PART_##id##_FIRST},
#define PART_PROPERTY(kind, id, words, class)
#include "model/structure.def"
#undef PART_KIND
#undef PART_PROPERTY
};

static const struct part_property_info properties[] = {
#define PART_KIND(id, words)
#define PART_PROPERTY(kind, id, words, class) {words, PART_##kind, PART_CLASS_##class},
#include "model/structure.def"
#undef PART_KIND
#undef PART_PROPERTY
};

const struct part_kind_info *part_kind_info(enum part_kind kind)
{
    assert(kind < PART_KIND_COUNT);
    return &kinds[kind];
}

size_t part_property_count(enum part_kind kind)
{
    unsigned end = kind + 1 < PART_KIND_COUNT ? (unsigned)part_kind_info(kind + 1)->first
                                              : PART_PROPERTY_COUNT;

    return end - (unsigned)part_kind_info(kind)->first;
}

const struct part_property_info *part_property_info(enum part_property property)
{
    assert(property < PART_PROPERTY_COUNT);
    return &properties[property];
}

struct str part_value(const struct part *object, enum part_property property)
{
    assert(part_property_info(property)->kind == object->kind);
    return object->values[property - kinds[object->kind].first];
}

/* What it stands under: its table, or itself. */
static struct str place_of(const struct part *object)
{
    return object->table.len > 0 ? object->table : object->name;
}

int part_compare(const struct part *a, const struct part *b)
{
    int order = str_compare(a->schema, b->schema);

    if (order == 0)
        order = str_compare(place_of(a), place_of(b));
    if (order == 0 && a->kind != b->kind)
        order = a->kind < b->kind ? -1 : 1;
    if (order == 0)
        order = str_compare(a->name, b->name);
    return order;
}

static int compare_for_sort(const void *a, const void *b)
{
    return part_compare(a, b);
}

void structure_sort(struct structure *structure)
{
    if (structure->count > 0)
        qsort(structure->objects, structure->count, sizeof *structure->objects, compare_for_sort);
}

const struct part *structure_find(const struct structure *structure, enum part_kind kind,
                                  struct str schema, struct str table, struct str name)
{
    const struct part wanted = {.kind = kind, .schema = schema, .table = table, .name = name};

    if (structure->count == 0)
        return NULL;
    return bsearch(&wanted, structure->objects, structure->count, sizeof *structure->objects,
                   compare_for_sort);
}
