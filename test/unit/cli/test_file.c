/* Where output goes: a file is replaced whole, what is no file is written into and stays. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "cli/file.h"
#include "tap.h"

static void is_content(const char *path, const char *want, const char *what)
{
    struct arena arena = ARENA_INIT(MIB, "test");
    struct str text = {0};

    ok(file_read(path, "file", 100, &arena, &text) == NULL, "%s: read", what);
    is_text(text.ptr, want, "%s", what);
    arena_free(&arena);
}

static void test_file(void)
{
    struct stat status;

    ok(!file_is_stream("out"), "what is not there is no stream");
    ok(file_write("out", STR("one"), 0600) == NULL, "a file is made");
    is_content("out", "one", "a file");
    ok(stat("out", &status) == 0 && (status.st_mode & 0777) == 0600, "of its mode");
    ok(!file_is_stream("out"), "a file is no stream");
    ok(file_write("out", STR("2"), 0644) == NULL, "it is replaced");
    is_content("out", "2", "the other file");
    struct error *error = file_write("no/such/folder", STR("x"), 0644);
    ok(error != NULL, "no folder, no file");
    error_free(error);
    error = file_write(".", STR("x"), 0644);
    ok(error != NULL, "a folder is not written into");
    error_free(error);
}

static void test_pipe(void)
{
    char got[8] = "";
    struct stat status;

    ok(mkfifo("pipe", 0600) == 0 && symlink("pipe", "link") == 0, "a pipe and a link to it");
    int reader = open("pipe", O_RDWR | O_CLOEXEC); /* so that the writer need not wait for one */
    ok(reader >= 0, "it is open");
    for (int i = 0; i < 2; i++) {
        const char *path = i == 0 ? "pipe" : "link";
        ok(file_is_stream(path), "%s: a stream", path);
        ok(file_write(path, STR("text"), 0644) == NULL, "%s: written into", path);
        ok(read(reader, got, sizeof got - 1) == 4, "%s: and comes out", path);
        ok(lstat(path, &status) == 0 && !S_ISREG(status.st_mode), "%s: it stays what it is", path);
    }
    is_text(got, "text", "as it was");
    close(reader);
}

int main(void)
{
    char folder[] = "/tmp/pgconverge-test-XXXXXX";

    if (mkdtemp(folder) == NULL || chdir(folder) != 0)
        return 1;
    test_file();
    test_pipe();
    unlink("out");
    unlink("pipe");
    unlink("link");
    rmdir(folder);
    return done_testing();
}
