/* Findings for a terminal: by severity, then by table. */
#include "assess/internal.h"

#include "base/text.h"

static const char *heading(enum severity severity)
{
    switch (severity) {
    case SEVERITY_BLOCKER:
        return "BLOCKERS: migrate refuses until each is settled";
    case SEVERITY_CHANGES:
        return "CHANGES OF MEANING";
    case SEVERITY_NOTE:
        break;
    }
    return "NOTES";
}

static void add_lines(struct buf *text, const char *label, struct str s)
{
    for (size_t from = 0; s.len > 0 && from <= s.len;) {
        size_t end = str_find(s, '\n', from);
        buf_add_format(text, "      %-5s", from == 0 ? label : "");
        text_add_printable(text, str_slice(s, from, end));
        buf_add_char(text, '\n');
        from = end + 1;
    }
}

static void add_finding(struct buf *text, const struct assess_finding *found)
{
    const struct finding *finding = &found->finding;

    buf_add_c(text, "  ");
    if (finding->id != 0)
        buf_add_format(text, "PGC-%d  ", (int)finding->id);
    text_add_printable(text, finding->object);
    buf_add_c(text, "\n      ");
    text_add_printable(text, finding->text);
    buf_add_char(text, '\n');
    for (size_t i = 0; i < found->row_count; i++)
        add_lines(text, i == 0 ? "row" : "", found->rows[i]);
    if (found->row_count > 0 && finding->rows > (int64_t)found->row_count)
        buf_add_format(text, "           … and %lld more\n",
                       (long long)(finding->rows - (int64_t)found->row_count));
    add_lines(text, "fix", finding->fix);
}

struct error *assess_print_findings(const struct assess_result *result, struct buf *text)
{
    int last = -1;

    for (size_t i = 0; i < result->count; i++) {
        const struct assess_finding *finding = &result->findings[i];
        if ((int)finding->finding.severity != last)
            buf_add_format(text, "%s%s\n", i > 0 ? "\n" : "", heading(finding->finding.severity));
        last = (int)finding->finding.severity;
        add_finding(text, finding);
    }
    return buf_error(text);
}

struct error *assess_print_blockers(const struct assess_result *result, size_t max_bytes,
                                    struct buf *text)
{
    size_t count = assess_count(result, SEVERITY_BLOCKER);

    for (size_t i = 0; i < count; i++) {
        size_t before = text->len;
        add_finding(text, &result->findings[i]);
        if (text->len <= max_bytes || text->failed)
            continue;
        text->len = before;
        buf_add_format(text, "  … and %zu more: pgconverge assess lists all\n", count - i);
        break;
    }
    return buf_error(text);
}
