#include "cli/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static struct error *read_error(const char *path, const char *what)
{
    return error_with_object(error_new(PGC_FILE, "the %s cannot be read: %m", what), "%s", path);
}

static struct error *write_error(const char *path)
{
    return error_with_object(error_new(PGC_FILE, "a file cannot be written: %m"), "%s", path);
}

static struct error *read_all(int fd, const char *path, const char *what, struct buf *text)
{
    for (;;) {
        char *room = buf_reserve(text, 4096);
        if (room == NULL)
            return error_with_object(
                error_new(PGC_FILE, "the %s is larger than %zu bytes", what, text->limit - 4096),
                "%s", path);
        ssize_t got = read(fd, room, 4096);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return read_error(path, what);
        if (got == 0)
            return NULL;
        text->len += (size_t)got;
    }
}

struct error *file_read(const char *path, const char *what, size_t limit, struct arena *arena,
                        struct str *ret_text)
{
    /* A reservation more than the limit, so that a file of exactly the limit is read to its end. */
    CLEANUP(buf_free) struct buf text = BUF_INIT(limit + 4096, "file");
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

    if (fd < 0)
        return read_error(path, what);
    struct error *error = read_all(fd, path, what, &text);
    close(fd);
    TRY(error);
    *ret_text = arena_str(arena, buf_str(&text));
    return NULL;
}

bool file_is_stream(const char *path)
{
    struct stat what;

    return stat(path, &what) == 0 && !S_ISREG(what.st_mode);
}

static bool write_all(int fd, struct str text)
{
    while (text.len > 0) {
        ssize_t done = write(fd, text.ptr, text.len);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return false;
        text = str_slice(text, (size_t)done, text.len);
    }
    return true;
}

static struct error *write_stream(const char *path, struct str text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);

    if (fd < 0)
        return write_error(path);
    struct error *error = write_all(fd, text) ? NULL : write_error(path);
    if (close(fd) != 0 && error == NULL)
        error = write_error(path);
    return error;
}

struct error *file_write(const char *path, struct str text, unsigned mode)
{
    CLEANUP(buf_free) struct buf beside = BUF_INIT(8192, "path");
    struct error *error = NULL;

    if (file_is_stream(path))
        return write_stream(path, text);
    buf_add_format(&beside, "%s.new-%d", path, (int)getpid());
    TRY(buf_error(&beside));
    int fd = open(buf_c_str(&beside), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0)
        return write_error(path);
    bool is_written = write_all(fd, text) && fsync(fd) == 0;
    if (!is_written)
        error = write_error(path);
    if (close(fd) != 0 && error == NULL)
        error = write_error(path);
    if (error == NULL && rename(buf_c_str(&beside), path) != 0)
        error = write_error(path);
    if (error != NULL)
        unlink(buf_c_str(&beside));
    return error;
}
