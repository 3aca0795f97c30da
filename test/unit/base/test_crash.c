#include <signal.h>

#include "base/crash.h"
#include "child.h"

#ifdef PGCONVERGE_CRASH_POINTS
static const char *wish;

static void pass_points(void)
{
    setenv("PGCONVERGE_CRASH_AT", wish, 1);
    for (int i = 1; i <= 4; i++) {
        crash_point("fk");
        crash_point("index");
        dprintf(STDERR_FILENO, "%d", i);
    }
}

static void test_points(void)
{
    static const char *const bad[] = {"index", "index:", "index:0", "nowhere:1", "index:x", ":1"};
    char text[200];
    int status;

    wish = "index:3";
    status = run_child(pass_points, text, sizeof text);
    ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "dies as by kill -9");
    is_text(text, "12", "at the third passing of this name");
    wish = "index:5";
    status = run_child(pass_points, text, sizeof text);
    ok(status == 0, "not before");
    is_text(text, "1234", "it is passed often enough");
    wish = "";
    status = run_child(pass_points, text, sizeof text);
    ok(status == 0, "and not without a wish");
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        wish = bad[i];
        status = run_child(pass_points, text, sizeof text);
        ok(WIFEXITED(status) && WEXITSTATUS(status) == 2, "'%s' is refused", bad[i]);
    }
}
#else
static void test_points(void)
{
    setenv("PGCONVERGE_CRASH_AT", "index:1", 1);
    crash_point("index");
    ok(true, "a build without crash points passes them");
}
#endif

int main(void)
{
    size_t count = 0;

    while (crash_point_names[count] != NULL)
        count++;
    is_number(count, 14, "fourteen points have a name");
    test_points();
    return done_testing();
}
