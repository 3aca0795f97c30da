/*
 * Help against test/golden/help-*.txt, and that every option of the table reaches help, manual and
 * completions. UPDATE_GOLDEN=1 writes the golden files anew.
 */
#include <stdlib.h>

#include "base/limits.h"
#include "base/text.h"
#include "cli/file.h"
#include "cli/help.h"
#include "tap.h"

static void compare(const char *name, const struct buf *text)
{
    struct arena arena = ARENA_INIT(4 * MIB, "test");
    struct str path = arena_format(&arena, GOLDEN_DIR "/help-%s.txt", name);
    struct str want = STR_NULL;

    if (getenv("UPDATE_GOLDEN") != NULL)
        ok_call(file_write(path.ptr, buf_str(text), 0644), "write %s", path.ptr);
    ok_call(file_read(path.ptr, "golden file", MIB, &arena, &want), "read %s", path.ptr);
    is_str(buf_str(text), want, "help of %s is as it was", name);
    arena_free(&arena);
}

static void check_width(const char *name, const struct buf *text)
{
    struct str all = buf_str(text);

    for (size_t from = 0; from < all.len;) {
        size_t end = str_find(all, '\n', from);
        if (text_width(str_slice(all, from, end)) > 100)
            ok(false, "%s: a line of more than 100 columns: " STR_FMT, name,
               STR_ARG(str_slice(all, from, end)));
        from = end + 1;
    }
    ok(!text->failed, "%s is whole", name);
}

static bool holds(struct str text, const char *before, const char *name, const char *behind)
{
    CLEANUP(buf_free) struct buf needle = BUF_INIT(KIB, "needle");

    buf_add_format(&needle, "%s%s%s", before, name, behind);
    return str_search(text, buf_str(&needle)) <= text.len;
}

static void test_commands(void)
{
    CLEANUP(buf_free) struct buf all = BUF_INIT(MIB, "help");

    help_program(&all);
    compare("program", &all);
    check_width("program", &all);
    for (unsigned c = 0; c < COMMAND_COUNT; c++) {
        CLEANUP(buf_free) struct buf text = BUF_INIT(MIB, "help");
        const char *name = cli_command_info(c)->name;
        help_command(c, &text);
        /* A test build has more options, all of them hidden. */
        compare(name, &text);
        check_width(name, &text);
        ok(holds(buf_str(&all), "  ", name, " "), "%s stands in the list", name);
        for (unsigned o = 0; o < OPTION_COUNT; o++) {
            bool shown = cli_takes(c, o) && (cli_option_info(o)->keys & KEY_HIDDEN) == 0;
            bool found = holds(buf_str(&text), "--", cli_option_info(o)->name, " ") ||
                         holds(buf_str(&text), "--", cli_option_info(o)->name, "\n");
            if (shown && !found)
                ok(false, "%s --help lacks --%s", name, cli_option_info(o)->name);
        }
    }
}

static void test_completions(void)
{
    static const char *const shells[] = {"bash", "zsh", "fish"};
    static const char *const before[] = {"--", "--", "-l "};

    for (size_t s = 0; s < COUNT_OF(shells); s++) {
        CLEANUP(buf_free) struct buf text = BUF_INIT(MIB, "completion");
        ok(help_completion(str_of(shells[s]), &text), "completion of %s", shells[s]);
        for (unsigned o = 0; o < OPTION_COUNT; o++) {
            const struct cli_option_info *info = cli_option_info(o);
            bool found = holds(buf_str(&text), before[s], info->name, "");
            bool hidden = (info->keys & KEY_HIDDEN) != 0 && strcmp(info->name, "version") != 0;
            if (hidden ? found : !found && strcmp(info->name, "version") != 0)
                ok(false, "%s: --%s", shells[s], info->name);
        }
        for (unsigned c = 0; c < COMMAND_COUNT; c++)
            ok(holds(buf_str(&text), "", cli_command_info(c)->name, ""), "%s knows %s", shells[s],
               cli_command_info(c)->name);
    }
    CLEANUP(buf_free) struct buf none = BUF_INIT(MIB, "completion");
    ok(!help_completion(STR("tcsh"), &none), "no other shell");
}

/* The manual's source: what scdoc makes of it has lost the words' neighbourhood. */
static void test_manual(void)
{
    struct arena arena = ARENA_INIT(4 * MIB, "test");
    struct str page = STR_NULL, yaml = STR_NULL;

    ok_call(file_read(MANUAL_DIR "/pgconverge.1.scd", "manual", MIB, &arena, &page), "the manual");
    ok_call(file_read(MANUAL_DIR "/pgconverge.yaml.5.scd", "manual", MIB, &arena, &yaml),
            "the manual of the configuration");
    for (unsigned o = 0; o < OPTION_COUNT; o++) {
        const struct cli_option_info *info = cli_option_info(o);
        CLEANUP(buf_free) struct buf key = BUF_INIT(KIB, "key");
        if ((info->keys & KEY_HIDDEN) == 0 && !holds(page, "--", info->name, "*"))
            ok(holds(page, "--", info->name, " "), "the manual has --%s", info->name);
        for (const char *c = info->name; *c != '\0'; c++)
            buf_add_c(&key, *c == '-' ? "\\_" : (char[]){*c, '\0'});
        if ((info->keys & (KEY_TOP | KEY_DATABASE)) != 0)
            ok(holds(yaml, "*", buf_c_str(&key), "*"), "the manual has the key %s",
               buf_c_str(&key));
    }
    for (size_t i = 0; error_description_at(i) != NULL; i++) {
        char id[16];
        snprintf(id, sizeof id, "%d", (int)error_description_at(i)->id);
        if (!holds(page, "PGC-", id, "*"))
            ok(false, "the manual lacks PGC-%s", id);
    }
    arena_free(&arena);
}

int main(void)
{
    test_commands();
    test_completions();
    test_manual();
    return done_testing();
}
