/* The files: each whole or not at all, even when the machine stops. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "report/internal.h"

static struct error *file_error(const char *what, const char *dir, const char *name)
{
    struct error *error = error_new(PGC_FILE, "the report cannot be %s: %m", what);

    return error_with_object(error, "%s%s%s", dir, name[0] != '\0' ? "/" : "", name);
}

/* mkdir -p, each new folder closed to others. */
static struct error *make_folders(const char *dir)
{
    struct str whole = str_of(dir);
    struct error *error = NULL;
    char *path;

    if (whole.len == 0)
        return error_new(PGC_FILE, "the report folder has no name");
    path = strndup(dir, whole.len);
    if (path == NULL)
        return error_new(PGC_NO_MEMORY, "no memory left for the name of the report folder");
    for (size_t end = 0; error == NULL && end < whole.len;) {
        end = str_find(whole, '/', end + 1);
        path[end] = '\0';
        if (mkdir(path, 0700) != 0 && errno != EEXIST)
            error = file_error("written: its folder cannot be made", path, "");
        if (end < whole.len)
            path[end] = '/';
    }
    free(path);
    return error;
}

static bool write_all(int fd, struct str content)
{
    while (content.len > 0) {
        ssize_t written = write(fd, content.ptr, content.len);

        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        content = str_slice(content, (size_t)written, content.len);
    }
    return fsync(fd) == 0;
}

static struct error *write_file(int folder, const char *dir, const char *name, struct str content)
{
    struct error *error = NULL;
    char id[33], temporary[64];
    int fd;

    clock_random_id(id);
    snprintf(temporary, sizeof temporary, ".report-%s", id);
    fd = openat(folder, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return file_error("written", dir, name);
    if (!write_all(fd, content))
        error = file_error("written", dir, name);
    close(fd);
    if (error == NULL && renameat(folder, temporary, folder, name) != 0)
        error = file_error("put in its place", dir, name);
    if (error != NULL)
        unlinkat(folder, temporary, 0);
    return error;
}

/* ---- the door -------------------------------------------------------------------------------- */

typedef struct error *document_maker(const struct report_facts *facts, struct buf *document);

static struct error *make(const struct report_input *input, document_maker *maker,
                          struct arena *arena, struct buf *document)
{
    struct arena scratch = ARENA_INIT(LIMIT_DOCUMENT, "lines of the report");
    struct report_facts facts;
    struct error *error = gather(input, arena, &scratch, &facts);

    if (error == NULL)
        error = maker(&facts, document);
    arena_free(&scratch);
    /* cppcheck-suppress returnDanglingLifetime ; an error borrows nothing */
    return error;
}

struct error *report_make_json(const struct report_input *input, struct arena *arena,
                               struct buf *json)
{
    return make(input, make_json, arena, json);
}

struct error *report_make_text(const struct report_input *input, struct arena *arena,
                               struct buf *text)
{
    return make(input, make_text, arena, text);
}

struct error *report_make_summary(const struct report_input *input, struct arena *arena,
                                  struct buf *text)
{
    return make(input, make_summary, arena, text);
}

static struct error *write_documents(const struct report_facts *facts, int folder, const char *dir)
{
    struct buf document = BUF_INIT(LIMIT_DOCUMENT, "report");
    struct error *error = make_json(facts, &document);

    if (error == NULL)
        error = write_file(folder, dir, "report.json", buf_str(&document));
    if (error == NULL) {
        buf_reset(&document, LIMIT_DOCUMENT);
        error = make_text(facts, &document);
    }
    if (error == NULL)
        error = write_file(folder, dir, "report.txt", buf_str(&document));
    if (error == NULL) {
        buf_reset(&document, LIMIT_DOCUMENT);
        error = plan_print_objects(facts->input->plan, &document);
    }
    if (error == NULL && document.len > 0)
        error = write_file(folder, dir, "objects.sql", buf_str(&document));
    else if (error == NULL) /* of an earlier run */
        unlinkat(folder, "objects.sql", 0);
    if (error == NULL && fsync(folder) != 0)
        error = file_error("made lasting", dir, "");
    buf_free(&document);
    return error;
}

struct error *report_try_folder(const char *dir)
{
    char id[33], temporary[64];
    int folder, fd;

    TRY(make_folders(dir));
    folder = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return file_error("written: its folder cannot be opened", dir, "");
    clock_random_id(id);
    snprintf(temporary, sizeof temporary, ".report-%s", id);
    fd = openat(folder, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    struct error *error = fd < 0 ? file_error("written: its folder takes no files", dir, "") : NULL;
    if (fd >= 0) {
        close(fd);
        unlinkat(folder, temporary, 0);
    }
    close(folder);
    return error;
}

struct error *report_write(const struct report_input *input, const char *dir, struct arena *arena)
{
    struct arena scratch = ARENA_INIT(LIMIT_DOCUMENT, "lines of the report");
    struct report_facts facts;
    struct error *error;
    int folder;

    TRY(make_folders(dir));
    folder = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return file_error("written", dir, "");
    error = gather(input, arena, &scratch, &facts);
    if (error == NULL)
        error = write_documents(&facts, folder, dir);
    arena_free(&scratch);
    close(folder);
    return error;
}
