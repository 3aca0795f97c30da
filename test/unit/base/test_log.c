#include <errno.h>
#include <pthread.h>
#include <sys/stat.h>

#include "base/log.h"
#include "child.h"

static char file_path[] = "/tmp/pgconverge-log-XXXXXX";

static void say_all(void)
{
    log_write(LOG_EVENT(.level = LOG_DEBUG, .event = "detail"), "a %s", "detail");
    log_notice("a %s", "notice");
    log_warning("a %s", "warning");
    log_write(LOG_EVENT(.level = LOG_ERROR, .event = "run.fail", .rows = 0), "an error");
}

static void as_text(void)
{
    say_all();
    log_notice("name \"%s\"", "\033[2Jx\ny\xff\xe2\x80\xae");
}

static void as_json(void)
{
    error_free(log_open(LOG_JSON, false, NULL));
    log_write(LOG_EVENT(.level = LOG_INFO, .event = "run.start"), "start");
    log_set_run("abc", "my\"db");
    log_write(LOG_EVENT(.level = LOG_INFO, .event = "chunk.done", .phase = STR("copy"),
                        .table = STR("t\n\xff"), .chunk = 0, .rows = 5, .bytes = 7, .ms = 9),
              "done");
}

static void quietly(void)
{
    error_free(log_open(LOG_TEXT, true, file_path));
    say_all();
    log_close();
}

static void with_file(void)
{
    error_free(log_open(LOG_TEXT, false, file_path));
    say_all();
    log_close();
    error_free(log_open(LOG_JSON, false, file_path));
    log_notice("second");
    log_close();
}

static void erase(void)
{
    dprintf(STDERR_FILENO, "<erase>");
}

static void with_progress(void)
{
    log_before_line(erase);
    log_lock();
    dprintf(STDERR_FILENO, "<block>");
    log_unlock();
    log_notice("line");
    log_write(LOG_EVENT(.level = LOG_DEBUG), "not seen");
}

static void too_long(void)
{
    static char text[100001];

    memset(text, 'x', 100000);
    log_notice("%s", text);
    text[20000] = '\0';
    log_notice("%s", text);
    errno = ENOENT;
    log_notice("errno is kept: %m");
}

static void *write_lines(void *unused)
{
    (void)unused;
    for (int i = 0; i < 200; i++)
        log_notice("one line of a hundred or so characters, so that torn ones would show: %050d",
                   i);
    return NULL;
}

static void from_threads(void)
{
    pthread_t threads[4];

    for (size_t i = 0; i < COUNT_OF(threads); i++)
        pthread_create(&threads[i], NULL, write_lines, NULL);
    for (size_t i = 0; i < COUNT_OF(threads); i++)
        pthread_join(threads[i], NULL);
}

static void read_file(char *ret_text, size_t size)
{
    FILE *file = fopen(file_path, "r");
    size_t len = file != NULL ? fread(ret_text, 1, size - 1, file) : 0;

    ret_text[len] = '\0';
    if (file != NULL)
        fclose(file);
}

static void test_file(char *text, size_t size)
{
    struct stat status;

    run_child(quietly, text, size);
    is_text(text, "warning: a warning\nerror: an error\n", "quiet keeps warnings and errors");
    unlink(file_path);
    run_child(with_file, text, size);
    is_text(text + strlen(text) - 1, "\n", "stderr as before");
    ok(stat(file_path, &status) == 0 && (status.st_mode & 0777) == 0600, "the file is ours alone");
    read_file(text, size);
    ok(strlen(text) > 26 && text[4] == '-' && text[23] == 'Z' &&
           strncmp(text + 24, " debug a detail\n", 16) == 0,
       "text lines in the file begin with time and level, and have the details");
    ok(strstr(text, "Z notice a notice\n") != NULL && strstr(text, "Z error an error\n") != NULL,
       "each level by name");
    ok(strstr(text, "\"message\":\"second\"}\n") != NULL, "the file is appended to");
    fails_with(log_open(LOG_TEXT, false, "/nowhere/x.log"), PGC_FILE, "a file that cannot be");
    fails_with(log_open(LOG_TEXT, false, ""), PGC_FILE, "no name is no file");
}

int main(void)
{
    static char text[300000];
    int lines = 0, torn = 0, file;

    file = mkstemp(file_path);
    close(file);
    run_child(as_text, text, sizeof text);
    is_text(text,
            "a notice\nwarning: a warning\nerror: an error\n"
            "name \"\\x1b[2Jx\\ny\\xff\\u{202E}\"\n",
            "text lines: no debug lines, hostile names escaped");
    run_child(as_json, text, sizeof text);
    ok(strncmp(text, "{\"ts\":\"", 7) == 0 && text[30] == 'Z', "JSON lines begin with the time");
    is_text(strchr(text, ','), /* behind the two times */
            strstr(text, ",\"level\":\"info\",\"event\":\"run.start\",\"message\":\"start\"}\n"),
            "what is not known is left out");
    is_text(strrchr(text, 'Z') + 1,
            "\",\"level\":\"info\",\"event\":\"chunk.done\",\"run_id\":\"abc\",\"database\":"
            "\"my\\\"db\","
            "\"phase\":\"copy\",\"table\":\"t\\n\xef\xbf\xbd\",\"chunk\":0,\"rows\":5,\"bytes\":7,"
            "\"ms\":9,\"message\":\"done\"}\n",
            "all keys, escaped");
    test_file(text, sizeof text);
    run_child(with_progress, text, sizeof text);
    is_text(text, "<block><erase>line\n", "the progress block erases itself before a line");
    run_child(too_long, text, sizeof text);
    ok(strncmp(text, "(a message too long to be kept)\n", 32) == 0, "a huge message is left out");
    is_number(strcspn(text + 32, "\n"), 16384, "a long one is cut");
    ok(strstr(text, "\nerrno is kept: No such file") != NULL, "%%m tells the caller's errno");
    run_child(from_threads, text, sizeof text);
    for (char *at = text, *end; (end = strchr(at, '\n')) != NULL; at = end + 1, lines++)
        torn += strncmp(at, "one line of", 11) != 0 || end - at != 120;
    is_number(lines, 800, "lines of four threads");
    is_number(torn, 0, "are whole");
    unlink(file_path);
    return done_testing();
}
