/*
 * What would stand in PostgreSQL's indexes: an entry of a btree holds less than a key of MySQL's.
 *
 * An entry is a header, a bitmap where a part of it is NULL, and the parts, each where its type's
 * alignment lets it begin (access/itup.h, access/nbtree.h). A value of more than some 500 bytes is
 * compressed when it can be: what is too wide here may fit after all, what fits here does.
 */
#include "assess/internal.h"

/* A third of a page of 8 KiB, as a btree of version 4 has it. */
#define ENTRY_MOST 2704
#define ENTRY_HEADER 8
#define NULL_BITMAP 8
/* Before the bytes of a value without a fixed length, of which short ones have but one. */
#define LENGTH_WORD 4

struct entry_room {
    uint64_t fixed;    /* bytes of all but the values whose length differs */
    uint64_t most;     /* that those values can have */
    bool moved;        /* behind such a value nothing is known to be aligned */
    bool any_null;     /* a part may be NULL */
    size_t part_count; /* of those values */
    bool is_unknown;   /* an expression: nothing can be said */
};

static void add_fixed(struct entry_room *room, enum target_kind kind)
{
    uint64_t alignment = target_type_alignment(kind);

    if (room->moved)
        room->fixed += alignment - 1;
    else
        room->fixed = (room->fixed + alignment - 1) / alignment * alignment;
    room->fixed += target_type_width(kind);
}

/* In UTF-8, whose characters have at most four bytes. */
static uint64_t longest_of(const struct source_type *type, uint32_t prefix_length)
{
    bool is_bytes =
        type->kind == SOURCE_BINARY || type->kind == SOURCE_VARBINARY || type->kind == SOURCE_BLOB;
    uint64_t most = is_bytes || str_starts_with(type->charset, STR("utf8")) ||
                            str_equal(type->charset, STR("ascii"))
                        ? type->max_bytes
                        : 4 * type->max_bytes;
    uint64_t prefix = (is_bytes ? 1 : 4) * (uint64_t)prefix_length;

    for (size_t i = 0; i < type->label_count; i++)
        most += 4 * (type->labels[i].len + 1);
    return prefix > 0 && prefix < most ? prefix : most;
}

/* Types whose values are short, as texts, are not worth a look. */
static bool has_length(enum source_kind kind)
{
    return (kind >= SOURCE_CHAR && kind <= SOURCE_JSON) && kind != SOURCE_GEOMETRY;
}

static void add_value(struct entry_room *room, const struct source_type *type,
                      const struct source_index_part *part, struct source_entry_part *parts)
{
    bool is_list = type->kind == SOURCE_SET;

    add_fixed(room, TARGET_TEXT);
    room->fixed += LENGTH_WORD;
    room->moved = true;
    if (!has_length(type->kind)) {
        room->fixed += SCAN_SHORT_TEXT;
        return;
    }
    /* An array has a header, and before each of its texts a length; and gaps. */
    room->fixed += is_list ? 20 + 8 * (uint64_t)type->label_count : 0;
    room->most += longest_of(type, part->prefix_length);
    parts[room->part_count++] = (struct source_entry_part){part->column, part->prefix_length};
}

static void add_part(struct entry_room *room, const struct planned_table *planned,
                     const struct source_index_part *part, struct source_entry_part *parts)
{
    size_t position = 0;

    while (position < planned->column_count && planned->columns[position].source != part->column)
        position++;
    if (part->column < 0 || position == planned->column_count) {
        room->is_unknown = true;
        return;
    }
    const struct source_column *source = &planned->source->columns[part->column];
    enum target_kind kind = planned->target.columns[position].type.kind;
    room->any_null = room->any_null || source->nullable;
    if (target_type_width(kind) > 0)
        add_fixed(room, kind);
    else
        add_value(room, &source->type, part, parts);
}

bool entry_may_be_too_wide(const struct planned_table *planned, const struct planned_index *index,
                           struct source_entry_part *parts, struct source_entry *ret_entry)
{
    const struct source_index *source = index->source != NULL ? index->source : index->beside;
    struct entry_room room = {.fixed = ENTRY_HEADER};

    if (!index->translated || index->target.method != NULL || source == NULL)
        return false;
    for (size_t i = 0; i < source->part_count; i++)
        add_part(&room, planned, &source->parts[i], parts);
    /* An entry of one part that is NULL is short. */
    if (room.any_null && source->part_count > 1)
        room.fixed += NULL_BITMAP;
    if (room.is_unknown || room.part_count == 0 || room.fixed + room.most <= ENTRY_MOST)
        return false;
    *ret_entry = (struct source_entry){
        .parts = parts,
        .part_count = room.part_count,
        .most_bytes = room.fixed < ENTRY_MOST ? ENTRY_MOST - room.fixed : 0,
    };
    return true;
}

void entries_prepare(const struct plan *plan, const struct planned_table *planned,
                     struct arena *arena, struct scan_tables *tables)
{
    struct scan_entries scan = {.table = planned};
    struct source_entry *items = ARENA_ARRAY(arena, planned->index_count + 1, struct source_entry);
    size_t count = 0;

    scan.indexes = ARENA_ARRAY(arena, planned->index_count + 1, const struct planned_index *);
    for (size_t i = 0; i < planned->index_count; i++) {
        const struct planned_index *index = &planned->indexes[i];
        const struct source_index *source = index->source != NULL ? index->source : index->beside;
        if (source == NULL)
            continue;
        struct source_entry_part *parts =
            ARENA_ARRAY(arena, source->part_count + 1, struct source_entry_part);
        if (!entry_may_be_too_wide(planned, index, parts, &items[count]))
            continue;
        scan.indexes[count++] = index;
    }
    if (count == 0)
        return;
    scan.entries = (struct source_entries){plan->catalog->database, planned->source, items, count};
    scan.found = ARENA_ARRAY(arena, count, struct source_entry_scan);
    *ARENA_PUSH(arena, tables->entries, tables->entries_count, tables->entries_capacity) = scan;
}
