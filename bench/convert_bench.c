/*
 * bench/convert_bench.c: what the conversion of one wide application row costs, as a whole and
 * column by column, and how fast text is checked. No servers; one thread.
 *
 *     convert_bench [millions of rows, 1 by default]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/limits.h"
#include "convert/convert.h"

#define FLUSH_BYTES (128 * KIB)

static const struct charset utf8 = {.form = CHARSET_UTF8};

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Runs `rows` times over the row; the buffer is emptied as the sink would. Returns ns a row. */
static double measure(const struct convert_column *columns, struct cell *cells, size_t count,
                      size_t rows, size_t *ret_row_bytes)
{
    struct converter *converter = NULL;
    struct buf out = BUF_INIT(LIMIT_ROW, "bench");
    struct row row = {.cells = cells, .cell_count = count};
    struct error *error = converter_new(columns, count, &converter);
    struct convert_result result;

    double started = seconds();
    for (size_t i = 0; i < rows && error == NULL; i++) {
        size_t before = out.len;
        error = converter_add_row(converter, &row, &out, &result);
        *ret_row_bytes = out.len - before;
        if (out.len >= FLUSH_BYTES)
            buf_reset(&out, LIMIT_ROW);
    }
    double spent = seconds() - started;
    if (error != NULL) {
        printf("column %zu: PGC-%d %s\n", result.column, (int)error->id, error->text);
        exit(1);
    }
    converter_free(converter);
    buf_free(&out);
    return spent * 1e9 / (double)rows;
}

struct sample {
    const char *name;
    struct source_type source;
    const char *target;
    struct cell cell;
};

#define TEXT(literal)                                                              \
    {                                                                              \
        .form = CELL_BYTES, .bytes = {.ptr = literal, .len = sizeof(literal) - 1 } \
    }
#define LOREM                                                                                    \
    "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt " \
    "ut labore et dolore magna aliqua. Ut enim ad minim veniam, quis nostrud exercitation. "
#define MOMENT                       \
    {                                \
        .form = CELL_TIME, .time = { \
            .year = 2024,            \
            .month = 2,              \
            .day = 29,               \
            .hour = 13,              \
            .minute = 14,            \
            .second = 15,            \
            .microsecond = 123456    \
        }                            \
    }

static const struct sample samples[] = {
    {"char(36) -> varchar(36)",
     {.kind = SOURCE_CHAR, .length = 36},
     "varchar(36)",
     TEXT("b3f1c2d4-5e6f-4a1b-9c8d-0123456789ab")},
    {"char(36) -> uuid",
     {.kind = SOURCE_CHAR, .length = 36},
     "uuid",
     TEXT("b3f1c2d4-5e6f-4a1b-9c8d-0123456789ab")},
    {"varchar(255), 24 bytes",
     {.kind = SOURCE_VARCHAR, .length = 255},
     "varchar(255)",
     TEXT("Ada Lovelace-Babbage 24b")},
    {"varchar(255), 30 bytes, accents",
     {.kind = SOURCE_VARCHAR, .length = 255},
     "varchar(255)",
     TEXT("J\xc3\xb6rg M\xc3\xbcller, D\xc3\xbcsseldorf 123 b")},
    {"text, 522 bytes", {.kind = SOURCE_TEXT}, "text", TEXT(LOREM LOREM LOREM)},
    {"json -> jsonb, 167 bytes",
     {.kind = SOURCE_JSON},
     "jsonb",
     TEXT("{\"id\": 12345, \"tags\": [\"alpha\", \"beta\", \"gamma\"], \"active\": true, "
          "\"profile\": {\"name\": \"Ada\", \"score\": 17.25, \"note\": null}, "
          "\"text\": \"a sentence of some words\"}")},
    {"datetime(6) -> timestamp(6)",
     {.kind = SOURCE_DATETIME, .fraction = 6},
     "timestamp(6)",
     MOMENT},
    {"timestamp(6) -> timestamptz(6)",
     {.kind = SOURCE_TIMESTAMP, .fraction = 6},
     "timestamptz(6)",
     MOMENT},
    {"date", {.kind = SOURCE_DATE}, "date", MOMENT},
    {"int", {.kind = SOURCE_INT}, "integer", {.form = CELL_INT, .integer = 123456}},
    {"bigint", {.kind = SOURCE_BIGINT}, "bigint", {.form = CELL_INT, .integer = 1234567890123}},
    {"tinyint(1) -> boolean",
     {.kind = SOURCE_TINYINT},
     "boolean",
     {.form = CELL_INT, .integer = 1}},
    {"decimal(18,4)", {.kind = SOURCE_DECIMAL}, "numeric(18,4)", TEXT("1234567.8900")},
    {"bigint unsigned -> numeric(20)",
     {.kind = SOURCE_BIGINT},
     "numeric(20)",
     {.form = CELL_UINT, .natural = 12345678901234}},
    {"double",
     {.kind = SOURCE_DOUBLE},
     "double precision",
     {.form = CELL_DOUBLE, .real_double = 3.25}},
    {"enum -> text", {.kind = SOURCE_ENUM}, "text", TEXT("pending")},
    {"varchar, NULL", {.kind = SOURCE_VARCHAR, .length = 255}, "varchar(255)", {.form = CELL_NULL}},
};

static void measure_row(size_t rows)
{
    struct convert_column columns[COUNT_OF(samples)];
    struct target_type targets[COUNT_OF(samples)];
    struct cell cells[COUNT_OF(samples)];
    size_t bytes = 0;

    for (size_t i = 0; i < COUNT_OF(samples); i++) {
        if (!target_type_parse(str_of(samples[i].target), &targets[i]))
            exit(1);
        columns[i] = (struct convert_column){
            .source = &samples[i].source, .target = &targets[i], .charset = &utf8};
        cells[i] = samples[i].cell;
    }
    double whole = measure(columns, cells, COUNT_OF(samples), rows, &bytes);
    printf("%-36s %8.1f ns/row  %6.3f ns/byte  (%zu columns, %zu bytes)\n", "the whole row", whole,
           whole / (double)bytes, COUNT_OF(samples), bytes);
    for (size_t i = 0; i < COUNT_OF(samples); i++) {
        double one = measure(columns + i, cells + i, 1, rows, &bytes);
        printf("  %-34s %8.1f ns\n", samples[i].name, one);
    }
}

/* Long texts, in GB/s of input. */
static void measure_text(const char *name, const char *piece, const struct charset *charset,
                         const char *target_text)
{
    static char text[1 << 20];
    struct source_type source = {.kind = SOURCE_TEXT};
    struct target_type target;
    struct convert_column column = {.source = &source, .target = &target, .charset = charset};
    size_t bytes, len = 0;

    if (!target_type_parse(str_of(target_text), &target))
        exit(1);
    while (len + strlen(piece) < sizeof text - 2) {
        memcpy(text + len, piece, strlen(piece));
        len += strlen(piece);
    }
    if (target.kind == TARGET_JSON) {
        /* The pieces begin with a comma. */
        text[0] = '[';
        text[len++] = ']';
    }
    struct cell cell = {.form = CELL_BYTES, .bytes = {text, len}};
    double ns = measure(&column, &cell, 1, 500, &bytes);
    printf("  %-34s %8.2f GB/s\n", name, (double)len / ns);
}

int main(int argc, char **argv)
{
    uint64_t millions = 1;
    static uint32_t latin1_table[256];
    static const struct charset latin1 = {.form = CHARSET_SINGLE, .single = latin1_table};

    if (argc > 1 && !str_to_u64(str_of(argv[1]), &millions))
        return 2;
    for (uint32_t i = 0; i < 256; i++)
        latin1_table[i] = i;
    measure_row((size_t)millions * 1000000);
    printf("text of 1 MiB, checked and copied\n");
    measure_text("ASCII", LOREM, &utf8, "text");
    measure_text("German",
                 "Die Stra\xc3\x9f"
                 "e f\xc3\xbchrt \xc3\xbc"
                 "ber die Br\xc3\xbc"
                 "cke. ",
                 &utf8, "text");
    measure_text("Russian",
                 "\xd0\x9e\xd0\xb4\xd0\xbd\xd0\xb0\xd0\xb6\xd0\xb4\xd1\x8b \xd1\x83\xd1\x82\xd1\x80"
                 "\xd0\xbe\xd0\xbc ",
                 &utf8, "text");
    measure_text("Japanese",
                 "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe3\x81\xae\xe6\x96\x87\xe7\xab\xa0", &utf8,
                 "text");
    measure_text("latin1, ASCII", LOREM, &latin1, "text");
    measure_text("latin1, German",
                 "Die Stra\xdf"
                 "e f\xfchrt \xfc"
                 "ber die Br\xfc"
                 "cke. ",
                 &latin1, "text");
    measure_text("json", ",{\"key\": \"a value of words\", \"n\": [1, 2.5, true]}", &utf8, "json");
    measure_text("blob -> bytea", LOREM, &utf8, "bytea");
    return 0;
}
