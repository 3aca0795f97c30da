/*
 * By which key a table's rows are read in parts: one that is unique, never NULL, and ordered by its
 * values as the server compares them. An ENUM is ordered by ordinal and compared by label, a BIT or
 * a float does not come back as it was sent: chunks of such keys would lose rows silently.
 */
#include "plan/internal.h"

/*
 * The servers order Thai text by other rules than they compare it by: 0xec is put before 0x2b 0xf9,
 * and is greater (MariaDB 10.11). A range would lose the row.
 */
static bool is_ordered_as_compared(const struct source_type *type)
{
    return !str_starts_with(type->collation, STR("tis620_thai"));
}

static bool is_usable_column(const struct source_column *column)
{
    if (column->nullable || (column->is_generated && !column->generated_stored) ||
        !is_ordered_as_compared(&column->type))
        return false;
    switch (column->type.kind) {
    case SOURCE_TINYINT:
    case SOURCE_SMALLINT:
    case SOURCE_MEDIUMINT:
    case SOURCE_INT:
    case SOURCE_BIGINT:
    case SOURCE_DECIMAL:
    case SOURCE_DATE:
    case SOURCE_DATETIME:
    case SOURCE_TIMESTAMP:
    case SOURCE_TIME:
    case SOURCE_YEAR:
    case SOURCE_CHAR:
    case SOURCE_VARCHAR:
    case SOURCE_BINARY:
    case SOURCE_VARBINARY:
        return true;
    case SOURCE_FLOAT:
    case SOURCE_DOUBLE:
    case SOURCE_BIT:
    case SOURCE_TEXT:
    case SOURCE_BLOB:
    case SOURCE_ENUM:
    case SOURCE_SET:
    case SOURCE_JSON:
    case SOURCE_GEOMETRY:
    case SOURCE_VECTOR:
    case SOURCE_UUID: /* MariaDB orders its UUIDs by other bytes than it shows */
    case SOURCE_INET4:
    case SOURCE_INET6:
    case SOURCE_OTHER:
        return false;
    }
    return false;
}

static bool is_usable_key(const struct source_table *table, const struct source_index *index)
{
    /* An invisible index cannot be forced, and a descending one is not read forwards. */
    if ((index->kind != INDEX_PRIMARY && index->kind != INDEX_UNIQUE) || index->invisible)
        return false;
    for (size_t i = 0; i < index->part_count; i++) {
        const struct source_index_part *part = &index->parts[i];
        if (part->column < 0 || part->prefix_length > 0 || part->descending ||
            !is_usable_column(&table->columns[part->column]))
            return false;
    }
    return index->part_count > 0;
}

static void use_key(struct planner *p, struct planned_table *table,
                    const struct source_index *index)
{
    table->chunk_key = ARENA_ARRAY(p->arena, index->part_count, int);
    table->chunk_key_count = index->part_count;
    table->chunk_key_index = index->name;
    for (size_t i = 0; i < index->part_count; i++)
        table->chunk_key[i] = index->parts[i].column;
}

void choose_chunk_key(struct planner *p, struct planned_table *table)
{
    const struct source_table *source = table->source;

    for (size_t i = 0; i < source->index_count; i++)
        if (source->indexes[i].kind == INDEX_PRIMARY && is_usable_key(source, &source->indexes[i]))
            return use_key(p, table, &source->indexes[i]);
    for (size_t i = 0; i < source->index_count; i++)
        if (is_usable_key(source, &source->indexes[i]))
            return use_key(p, table, &source->indexes[i]);
}
