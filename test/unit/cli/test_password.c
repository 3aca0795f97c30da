/* Password files: who may have seen them, and what stands in them. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/secret.h"
#include "cli/password.h"
#include "tap.h"

static void test_rules(void)
{
    static const struct {
        mode_t mode;
        uid_t owner;
        bool memory, taken;
        const char *what;
    } cases[] = {
        {S_IFREG | 0600, 1000, false, true, "one's own"},
        {S_IFREG | 0400, 1000, false, true, "one's own, read only"},
        {S_IFREG | 0400, 0, true, true, "a Docker secret, 0400"},
        {S_IFREG | 0444, 0, true, true, "a Docker secret, 0444"},
        {S_IFREG | 0644, 0, true, true, "a Kubernetes secret"},
        {S_IFREG | 0640, 0, true, true, "a Kubernetes secret with fsGroup"},
        {S_IFREG | 0644, 1000, true, false, "readable by others, not root's"},
        {S_IFREG | 0644, 0, false, false, "readable by others, on a disk"},
        {S_IFREG | 0640, 1000, false, false, "readable by the group"},
        {S_IFREG | 0604, 1000, false, false, "readable by others"},
        {S_IFREG | 0620, 1000, false, false, "writable by the group"},
        {S_IFREG | 0602, 1000, false, false, "writable by others"},
        {S_IFREG | 0666, 0, true, false, "root's, writable by all"},
        {S_IFDIR | 0700, 1000, false, false, "a folder"},
        {S_IFIFO | 0600, 1000, false, false, "a pipe"},
        {S_IFCHR | 0600, 0, true, false, "a device"},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct stat status = {.st_mode = cases[i].mode, .st_uid = cases[i].owner};
        const char *why = password_file_refused(&status, cases[i].memory);
        ok((why == NULL) == cases[i].taken, "%s: %s", cases[i].what, why == NULL ? "taken" : why);
    }
}

static char path[] = "/tmp/pgc-test-password-XXXXXX";

static struct error *read_content(const void *bytes, size_t size, mode_t mode, char **ret_password)
{
    int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);

    if (fd < 0 || write(fd, bytes, size) != (ssize_t)size || fchmod(fd, mode) != 0)
        return error_new(PGC_INTERNAL, "the test cannot write");
    close(fd);
    return password_read_file(path, ret_password);
}

static void test_content(void)
{
    static const struct {
        const char *bytes;
        size_t size;
        const char *password; /* NULL: refused */
    } cases[] = {
        {"geheim", 6, "geheim"},
        {"geheim\n", 7, "geheim"},
        {"geheim\r\n", 8, "geheim"},
        {" ge heim ", 9, " ge heim "},
        {"p\xc3\xa4ss\n", 6, "p\xc3\xa4ss"},
        {"", 0, NULL},
        {"\n", 1, NULL},
        {"a\n\n", 3, NULL},
        {"a\nb", 3, NULL},
        {"a\0b", 3, NULL},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char *password = NULL;
        struct error *error = read_content(cases[i].bytes, cases[i].size, 0600, &password);
        if (cases[i].password != NULL)
            is_text(error != NULL ? error->text : password, cases[i].password, "content %zu", i);
        else
            ok(error != NULL && error->id == PGC_SECRET_FILE, "content %zu: %s", i,
               error != NULL ? error->text : "taken");
        secret_free(password);
        error_free(error);
    }
}

static void test_files(void)
{
    static char large[5000];
    char *password = NULL;

    memset(large, 'x', sizeof large);
    fails_with(read_content(large, sizeof large, 0600, &password), PGC_SECRET_FILE, "too long");
    fails_with(read_content("a", 1, 0644, &password), PGC_SECRET_FILE, "open to all");
    fails_with(password_read_file("/nowhere/at/all", &password), PGC_SECRET_FILE, "no such file");
    fails_with(password_read_file("/tmp", &password), PGC_SECRET_FILE, "a folder");
    fails_with(password_read_file("/dev/null", &password), PGC_SECRET_FILE, "a device");
    ok(password == NULL, "nothing came of these");
}

int main(void)
{
    int fd = mkostemp(path, O_CLOEXEC);

    if (fd < 0)
        return 1;
    close(fd);
    test_rules();
    test_content();
    test_files();
    unlink(path);
    return done_testing();
}
