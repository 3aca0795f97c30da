#include "cli/password.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/secret.h"

const char *password_file_refused(const struct stat *status, bool on_read_only_memory)
{
    bool is_mounted_secret = on_read_only_memory && status->st_uid == 0;

    if (!S_ISREG(status->st_mode))
        return "it is no ordinary file";
    if ((status->st_mode & 0022) != 0)
        return "group or others may write it";
    if ((status->st_mode & 0044) != 0 && !is_mounted_secret)
        return "group or others may read it";
    return NULL;
}

static bool is_on_read_only_memory(int fd)
{
    struct statfs place;
    struct statvfs mount;

    return fstatfs(fd, &place) == 0 && fstatvfs(fd, &mount) == 0 &&
           (place.f_type == TMPFS_MAGIC || place.f_type == RAMFS_MAGIC) &&
           (mount.f_flag & ST_RDONLY) != 0;
}

static struct error *refuse(const char *path, const char *why)
{
    return error_with_object(error_new(PGC_SECRET_FILE, "the password file is not used: %s", why),
                             "%s", path);
}

/* Up to `size` bytes; a file that holds more is none of ours. */
static struct error *read_bytes(int fd, const char *path, char *bytes, size_t size, size_t *ret_len)
{
    size_t len = 0;

    for (;;) {
        ssize_t got = read(fd, bytes + len, size - len);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return refuse(path, strerror(errno)); // NOLINT(concurrency-mt-unsafe): one thread yet
        if (got == 0)
            break;
        len += (size_t)got;
        if (len == size)
            return refuse(path, "it is too long for a password");
    }
    *ret_len = len;
    return NULL;
}

static struct error *take_line(const char *path, struct str bytes, char **ret_password)
{
    if (str_ends_with(bytes, STR("\n")))
        bytes.len -= str_ends_with(bytes, STR("\r\n")) ? 2 : 1;
    if (bytes.len == 0)
        return refuse(path, "it is empty");
    if (str_find(bytes, '\0', 0) < bytes.len)
        return refuse(path, "it holds a NUL character");
    if (str_find(bytes, '\n', 0) < bytes.len)
        return refuse(path, "it holds more than one line");
    *ret_password = secret_copy(bytes);
    secret_register(*ret_password);
    return NULL;
}

struct error *password_read_file(const char *path, char **ret_password)
{
    char bytes[LIMIT_PASSWORD + 2];
    struct error *error = NULL;
    struct stat status;
    size_t len = 0;
    /* Not blocking: the name may be a pipe's, which is refused below. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

    if (fd < 0 || fstat(fd, &status) != 0) {
        error = error_with_object(
            error_new(PGC_SECRET_FILE, "the password file cannot be read: %m"), "%s", path);
        if (fd >= 0)
            close(fd);
        return error_with_fix(error, "check the path, and that you may read it");
    }
    const char *why = password_file_refused(&status, is_on_read_only_memory(fd));
    if (why != NULL)
        error = refuse(path, why);
    else
        error = read_bytes(fd, path, bytes, sizeof bytes, &len);
    close(fd);
    if (error == NULL)
        error = take_line(path, (struct str){.ptr = bytes, .len = len}, ret_password);
    secret_wipe(bytes, sizeof bytes);
    return error;
}
