#include <sys/prctl.h>
#include <sys/resource.h>

#include "base/secret.h"
#include "child.h"

static void is_scrubbed(const char *text, const char *want)
{
    char copy[200];

    snprintf(copy, sizeof copy, "%s", text);
    secret_scrub(copy);
    is_text(copy, want, "'%s'", text);
}

static void test_scrub(void)
{
    char longer[16];

    secret_register(NULL);
    secret_register("");
    is_scrubbed("nothing is registered", "nothing is registered");
    secret_register("s3cret");
    secret_register("s3cret");
    secret_register("s3cret-and-more");
    secret_register("xy");
    is_scrubbed("login with s3cret failed", "login with *** failed");
    is_scrubbed("s3crets3cret", "******");
    is_scrubbed("s3cret-and-more, s3cret", "***, ***");
    is_scrubbed("axyb", "a**b");
    is_scrubbed("", "");
    secret_scrub(NULL);
    for (int i = 0; i < 30; i++) {
        snprintf(longer, sizeof longer, "pass-word-%02d", i);
        secret_register(longer);
    }
    is_scrubbed("pass-word-12", "***");
    is_scrubbed("pass-word-13", "pass-word-13");
}

static void test_copy(void)
{
    char memory[4] = "abc";
    char *copy = secret_copy(STR("geheim"));

    is_text(copy, "geheim", "a copy");
    secret_free(copy);
    ok(secret_copy(STR_NULL) == NULL, "no secret, no copy");
    copy = secret_copy(STR(""));
    is_text(copy, "", "an empty one is not a missing one");
    secret_free(copy);
    secret_free(NULL);
    secret_wipe(memory, 3);
    ok(memcmp(memory, "\0\0\0", 4) == 0, "wiped");
    secret_wipe(NULL, 0);
}

static void protect(void)
{
    struct rlimit core = {.rlim_cur = 1};

    secret_protect_process();
    getrlimit(RLIMIT_CORE, &core);
    if (core.rlim_cur != 0)
        _exit(1);
#if !BUILT_WITH_SANITIZER
    if (prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0)
        _exit(2);
#endif
}

int main(void)
{
    char text[200];

    test_scrub();
    test_copy();
    is_number(run_child(protect, text, sizeof text), 0, "a protected process dumps no core");
    return done_testing();
}
