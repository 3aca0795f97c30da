#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/limits.h"
#include "base/stop.h"
#include "base/text.h"

static const struct error_description descriptions[] = {
#define ERROR_ID(number, id_name, id_kind, id_title, id_fix, id_explanation) \
    {.id = PGC_##id_name,                                                    \
     .kind = ERROR_KIND_##id_kind,                                           \
     .name = #id_name,                                                       \
     .title = id_title,                                                      \
     .fix = id_fix,                                                          \
     .explanation = id_explanation},
#include "base/error_kinds.def"
#undef ERROR_ID
};

/* What is returned when there is no memory for an error. Shared by all threads, never changed. */
static char emergency_text[] = "no memory is left, not even to say what happened";
static struct error emergency = {
    .id = PGC_NO_MEMORY, .kind = ERROR_KIND_INTERNAL, .text = emergency_text};

const struct error_description *error_describe(int number)
{
    for (size_t i = 0; i < COUNT_OF(descriptions); i++)
        if ((int)descriptions[i].id == number)
            return &descriptions[i];
    return NULL;
}

const struct error_description *error_description_at(size_t n)
{
    return n < COUNT_OF(descriptions) ? &descriptions[n] : NULL;
}

/* Puts "…" where a text that is too long was cut, between two characters. */
static void mark_cut(char *text, size_t len)
{
    static const char mark[] = "…";
    struct str kept = text_cut((struct str){.ptr = text, .len = len}, len - (sizeof mark - 1));

    memcpy(text + kept.len, mark, sizeof mark);
}

/* `before` (may be NULL) and the formatted text, cut at LIMIT_ERROR_TEXT. NULL without memory. */
static char *format_text(const char *before, const char *format, va_list args) PRINTF(2, 0);
static char *format_text(const char *before, const char *format, va_list args)
{
    size_t before_len = before != NULL ? strlen(before) : 0;
    size_t len;
    va_list again;
    int wanted;
    char *text;

    va_copy(again, args);
    wanted = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (wanted < 0)
        wanted = 0;
    len = before_len + (size_t)wanted;
    if (len > LIMIT_ERROR_TEXT)
        len = LIMIT_ERROR_TEXT;
    if (before_len > len)
        before_len = len;
    text = malloc(len + 1);
    if (text == NULL)
        return NULL;
    if (before_len > 0)
        memcpy(text, before, before_len);
    text[before_len] = '\0';
    vsnprintf(text + before_len, len - before_len + 1, format, args);
    if (len == LIMIT_ERROR_TEXT)
        mark_cut(text, len);
    return text;
}

struct error *error_new(enum error_id id, const char *format, ...)
{
    const struct error_description *description = error_describe((int)id);
    struct error *error = malloc(sizeof *error);
    va_list args;

    if (error == NULL)
        return &emergency;
    *error = (struct error){.id = id,
                            .kind = description != NULL ? description->kind : ERROR_KIND_INTERNAL};
    va_start(args, format);
    error->text = format_text(NULL, format, args);
    va_end(args);
    if (error->text == NULL) {
        free(error);
        return &emergency;
    }
    return error;
}

/* Replaces one part; without memory for the new one the error is told without it. */
static void set_part(struct error *error, char **part, const char *format, va_list args)
    PRINTF(3, 0);
static void set_part(struct error *error, char **part, const char *format, va_list args)
{
    char *text;

    if (error == &emergency)
        return;
    text = format_text(NULL, format, args);
    free(*part);
    *part = text;
}

struct error *error_with_object(struct error *error, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    set_part(error, &error->object, format, args);
    va_end(args);
    return error;
}

struct error *error_with_row(struct error *error, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    set_part(error, &error->row, format, args);
    va_end(args);
    return error;
}

struct error *error_with_fix(struct error *error, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    set_part(error, &error->fix, format, args);
    va_end(args);
    return error;
}

struct error *error_with_kind(struct error *error, enum error_kind kind)
{
    if (error != &emergency)
        error->kind = kind;
    return error;
}

struct error *error_add_context(struct error *error, const char *format, ...)
{
    char *joined = NULL;
    char *before = NULL;
    va_list args;

    if (error == &emergency)
        return error;
    if (error->context != NULL) {
        size_t len = strlen(error->context);

        before = malloc(len + sizeof ", while ");
        if (before == NULL)
            return error;
        memcpy(before, error->context, len);
        memcpy(before + len, ", while ", sizeof ", while ");
    }
    va_start(args, format);
    joined = format_text(before, format, args);
    va_end(args);
    free(before);
    if (joined != NULL) {
        free(error->context);
        error->context = joined;
    }
    return error;
}

void error_free(struct error *error)
{
    if (error == NULL || error == &emergency)
        return;
    free(error->text);
    free(error->object);
    free(error->row);
    free(error->fix);
    free(error->context);
    free(error);
}

void error_freep(struct error **error)
{
    error_free(*error);
    *error = NULL;
}

struct error *error_first(struct error *first, struct error *second)
{
    if (first == NULL)
        return second;
    if (second != first)
        error_free(second);
    return first;
}

int error_exit_code(enum error_kind kind)
{
    switch (kind) {
    case ERROR_KIND_INTERNAL:
        return 1;
    case ERROR_KIND_USAGE:
        return 2;
    case ERROR_KIND_FINDINGS:
        return 3;
    case ERROR_KIND_SOURCE:
        return 4;
    case ERROR_KIND_TARGET:
        return 5;
    case ERROR_KIND_DATA:
        return 6;
    case ERROR_KIND_TEMPORARY:
        return 7;
    case ERROR_KIND_CONFLICT:
        return 8;
    case ERROR_KIND_GATE:
        return 9;
    case ERROR_KIND_LIMIT:
        return 10;
    case ERROR_KIND_INTERRUPTED:
        return stop_reason() == STOP_TERM ? 143 : 130;
    }
    return 1;
}
