/* The page: columns, paragraphs, numbers. All text is escaped here and nowhere else. */
#include "base/text.h"
#include "report/internal.h"

#include <inttypes.h>

#define LABEL_COLUMNS 14

static void add_spaces(struct buf *page, size_t count)
{
    for (size_t i = 0; i < count; i++)
        buf_add_char(page, ' ');
}

void add_cell(struct buf *page, struct str text, int width)
{
    size_t wanted = (size_t)(width < 0 ? -width : width);
    size_t used = text_width(text);
    size_t padding = used < wanted ? wanted - used : 0;

    if (width < 0)
        add_spaces(page, padding);
    text_add_printable(page, text);
    if (width > 0)
        add_spaces(page, padding);
}

struct pen {
    struct buf *page;
    size_t column, indent;
    bool line_is_new; /* nothing but the indent stands in it */
};

static void begin_line(struct pen *pen)
{
    buf_add_char(pen->page, '\n');
    add_spaces(pen->page, pen->indent);
    pen->column = pen->indent;
    pen->line_is_new = true;
}

/* A word too long for a line: cut between characters. */
static void add_characters(struct pen *pen, struct str word)
{
    size_t len;

    for (size_t at = 0; at < word.len; at += len) {
        struct str character;
        size_t width;

        text_decode(word, at, &len);
        character = str_slice(word, at, at + len);
        width = text_width(character);
        if (pen->column + width > PAGE_COLUMNS)
            begin_line(pen);
        text_add_printable(pen->page, character);
        pen->column += width;
        pen->line_is_new = false;
    }
}

static void add_piece(struct pen *pen, struct str piece)
{
    size_t width = text_width(piece);

    if (pen->column + width > PAGE_COLUMNS && !pen->line_is_new)
        begin_line(pen);
    if (pen->column + width > PAGE_COLUMNS) {
        add_characters(pen, piece);
        return;
    }
    text_add_printable(pen->page, piece);
    pen->column += width;
    pen->line_is_new = false;
}

/* A word that does not fit even a line of its own is parted behind its commas. */
static void add_word(struct pen *pen, struct str word)
{
    size_t gap = pen->line_is_new ? 0 : 1;
    size_t width = text_width(word);

    if (pen->column + gap + width > PAGE_COLUMNS && gap > 0 &&
        pen->indent + width <= PAGE_COLUMNS) {
        begin_line(pen);
    } else if (pen->column + gap < PAGE_COLUMNS) {
        add_spaces(pen->page, gap);
        pen->column += gap;
        pen->line_is_new = pen->line_is_new || gap > 0;
    }
    if (pen->column + width <= PAGE_COLUMNS) {
        add_piece(pen, word);
        return;
    }
    for (size_t from = 0, end; from < word.len; from = end) {
        end = str_find(word, ',', from) + 1;
        add_piece(pen, str_slice(word, from, end));
    }
}

static void add_words(struct pen *pen, struct str text)
{
    for (size_t at = 0, space; at < text.len; at = space + 1) {
        space = str_find(text, ' ', at);
        if (space > at) {
            add_word(pen, str_slice(text, at, space));
        } else if (pen->column < PAGE_COLUMNS) {
            /* Indents and wide gaps of the text are kept: it may be somebody's SQL. */
            buf_add_char(pen->page, ' ');
            pen->column++;
        }
    }
}

void add_paragraph(struct buf *page, struct str text, size_t column, size_t indent)
{
    struct pen pen = {.page = page, .column = column, .indent = indent, .line_is_new = true};

    add_words(&pen, text);
    buf_add_char(page, '\n');
}

void add_lines(struct buf *page, struct str text, size_t indent)
{
    struct pen pen = {.page = page, .column = indent, .indent = indent, .line_is_new = true};

    for (size_t from = 0, end; from <= text.len; from = end + 1) {
        end = str_find(text, '\n', from);
        if (from > 0)
            begin_line(&pen);
        add_words(&pen, str_slice(text, from, end));
    }
    buf_add_char(page, '\n');
}

static bool add_label(struct buf *page, const char *label, struct str text)
{
    if (text.len == 0)
        return false;
    buf_add_c(page, "  ");
    add_cell(page, str_of(label), LABEL_COLUMNS - 2);
    return true;
}

void add_field(struct buf *page, const char *label, struct str text)
{
    if (add_label(page, label, text))
        add_paragraph(page, text, LABEL_COLUMNS, LABEL_COLUMNS);
}

void add_field_lines(struct buf *page, const char *label, struct str text)
{
    if (add_label(page, label, text))
        add_lines(page, text, LABEL_COLUMNS);
}

void add_title(struct buf *page, const char *title)
{
    if (page->len > 0)
        buf_add_char(page, '\n');
    buf_add_c(page, title);
    buf_add_char(page, '\n');
}

struct str number_text(struct arena *arena, uint64_t number)
{
    char digits[32], grouped[40];
    size_t count = (size_t)snprintf(digits, sizeof digits, "%" PRIu64, number);
    size_t len = 0;

    for (size_t i = 0; i < count; i++) {
        if (i > 0 && (count - i) % 3 == 0)
            grouped[len++] = ',';
        grouped[len++] = digits[i];
    }
    return arena_str(arena, (struct str){grouped, len});
}

struct str size_text(struct arena *arena, uint64_t bytes)
{
    static const char *const units[] = {"KiB", "MiB", "GiB", "TiB"};
    double size = (double)bytes / 1024;
    size_t unit = 0;

    if (bytes < 1024)
        return arena_format(arena, "%" PRIu64 " B", bytes);
    while (size >= 1024 && unit + 1 < COUNT_OF(units)) {
        size /= 1024;
        unit++;
    }
    return arena_format(arena, "%.1f %s", size, units[unit]);
}

struct str duration_text(struct arena *arena, uint64_t duration_ms)
{
    uint64_t seconds = (duration_ms + 500) / 1000;

    if (duration_ms < 1000)
        return arena_format(arena, "%" PRIu64 " ms", duration_ms);
    if (duration_ms < 59950)
        return arena_format(arena, "%.1f s", (double)duration_ms / 1000);
    if (seconds < 3600)
        return arena_format(arena, "%" PRIu64 " min %02" PRIu64 " s", seconds / 60, seconds % 60);
    return arena_format(arena, "%" PRIu64 " h %02" PRIu64 " min", seconds / 3600,
                        seconds % 3600 / 60);
}
