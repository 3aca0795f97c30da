/*
 * Rows of many columns: the input says each column's types and each cell. Whatever comes, a row is
 * whole or the buffer is as before.
 */
#include "fuzz_convert.h"

#define MAX_COLUMNS 12

struct script {
    const uint8_t *at, *end;
};

static uint64_t take(struct script *script, size_t bytes)
{
    uint64_t value = 0;
    while (bytes-- > 0)
        value = value << 8 | (script->at < script->end ? *script->at++ : 0);
    return value;
}

static struct source_type take_source(struct script *script)
{
    static char label[] = "type";
    return (struct source_type){.kind = (enum source_kind)(take(script, 1) % (SOURCE_OTHER + 1)),
                                .length = (uint32_t)take(script, 1),
                                .precision = (uint8_t)take(script, 1),
                                .scale = (uint8_t)(take(script, 1) % 40),
                                .fraction = (uint8_t)(take(script, 1) % 8),
                                .text = {label, 4}};
}

static struct target_type take_target(struct script *script)
{
    return (struct target_type){.kind = (enum target_kind)(take(script, 1) % (TARGET_VECTOR + 1)),
                                .length = (uint32_t)take(script, 1),
                                .precision = (uint16_t)take(script, 1),
                                .scale = (uint16_t)take(script, 1),
                                .fraction = (uint8_t)(take(script, 1) % 8)};
}

static struct cell take_cell(struct script *script)
{
    struct cell cell = {.form = (enum cell_form)(take(script, 1) % (CELL_BYTES + 1))};
    uint64_t word;

    if (cell.form == CELL_TIME) {
        cell.time = (struct cell_time){.year = (uint16_t)take(script, 2),
                                       .month = (uint8_t)take(script, 1),
                                       .day = (uint8_t)take(script, 1),
                                       .hour = (uint32_t)take(script, 4),
                                       .minute = (uint8_t)take(script, 1),
                                       .second = (uint8_t)take(script, 1),
                                       .microsecond = (uint32_t)take(script, 4),
                                       .negative = take(script, 1) % 2 == 1};
    } else if (cell.form == CELL_BYTES) {
        size_t len = take(script, 1), left = (size_t)(script->end - script->at);
        cell.bytes = (struct str){(const char *)script->at, len < left ? len : left};
        script->at += cell.bytes.len;
    } else {
        word = take(script, 8);
        memcpy(&cell.natural, &word, sizeof word);
    }
    return cell;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct charset utf8 = {.form = CHARSET_UTF8};
    struct source_type sources[MAX_COLUMNS];
    struct target_type targets[MAX_COLUMNS];
    struct convert_column columns[MAX_COLUMNS];
    struct cell cells[MAX_COLUMNS];
    char *memory = NULL;
    struct str copy = fuzz_copy(data, size, 0, &memory);
    struct script script = {(const uint8_t *)copy.ptr, (const uint8_t *)copy.ptr + copy.len};
    struct buf out = BUF_INIT(take(&script, 2), "fuzz"), shown = BUF_INIT(1 << 16, "fuzz");
    struct converter *converter = NULL;
    size_t count = 1 + take(&script, 1) % MAX_COLUMNS;
    struct convert_result result;
    bool supported = true;

    for (size_t i = 0; i < count; i++) {
        sources[i] = take_source(&script);
        targets[i] = take_target(&script);
        cells[i] = take_cell(&script);
        columns[i] = (struct convert_column){
            .source = &sources[i], .target = &targets[i], .charset = &utf8, .object = STR("c")};
        supported = supported && convert_supports(&sources[i], &targets[i]);
        convert_cell_print(&cells[i], &sources[i], &utf8, 10, &shown);
    }
    struct error *error = converter_new(columns, count, &converter);
    PROMISE((error == NULL) == supported);
    error_free(error);
    for (int i = 0; converter != NULL && i < 3; i++) {
        struct row row = {.cells = cells, .cell_count = count};
        size_t before = out.len;
        error = converter_add_row(converter, &row, &out, &result);
        PROMISE(error == NULL ? out.len > before : out.len == before && !out.failed);
        PROMISE(error == NULL || error->id == PGC_NO_MEMORY || result.column < count);
        error_free(error);
    }
    converter_free(converter);
    buf_free(&out);
    buf_free(&shown);
    free(memory);
    return 0;
}
