#include "base/secret.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#define SECRETS_KEPT 16

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char *secrets[SECRETS_KEPT];
/* Published after the entry is whole, so that readers need no lock. */
static atomic_size_t secret_count;

char *secret_copy(struct str s)
{
    char *copy;

    if (s.ptr == NULL)
        return NULL;
    copy = malloc(s.len + 1);
    if (copy == NULL)
        abort(); /* a password that is lost must not look like one that was not given */
    if (s.len > 0)
        memcpy(copy, s.ptr, s.len);
    copy[s.len] = '\0';
    return copy;
}

void secret_free(char *secret)
{
    if (secret == NULL)
        return;
    secret_wipe(secret, strlen(secret));
    free(secret);
}

void secret_wipe(void *memory, size_t size)
{
    if (size > 0)
        explicit_bzero(memory, size);
}

void secret_register(const char *secret)
{
    size_t count;
    bool known = secret == NULL || secret[0] == '\0';

    pthread_mutex_lock(&lock);
    count = atomic_load(&secret_count);
    for (size_t i = 0; i < count && !known; i++)
        known = strcmp(secrets[i], secret) == 0;
    if (!known && count < SECRETS_KEPT) {
        secrets[count] = secret_copy(str_of(secret));
        atomic_store(&secret_count, count + 1);
    }
    pthread_mutex_unlock(&lock);
}

/* Replaces each `secret` in `text` by as many as three stars; the text never gets longer. */
static void scrub_one(char *text, const char *secret)
{
    size_t secret_len = strlen(secret);
    size_t stars = secret_len < 3 ? secret_len : 3;

    for (char *at = strstr(text, secret); at != NULL; at = strstr(at + stars, secret)) {
        char *rest = at + secret_len;

        memset(at, '*', stars);
        memmove(at + stars, rest, strlen(rest) + 1);
    }
}

/* The longest first: one secret may be a part of another, and would leave the rest of it. */
void secret_scrub(char *text)
{
    size_t count = atomic_load(&secret_count);
    bool done[SECRETS_KEPT] = {false};

    if (text == NULL)
        return;
    for (size_t round = 0; round < count; round++) {
        size_t longest = count;

        for (size_t i = 0; i < count; i++)
            if (!done[i] && (longest == count || strlen(secrets[i]) > strlen(secrets[longest])))
                longest = i;
        scrub_one(text, secrets[longest]);
        done[longest] = true;
    }
}

void secret_protect_process(void)
{
    struct rlimit none = {0};

    setrlimit(RLIMIT_CORE, &none);
#if !BUILT_WITH_SANITIZER
    /* LeakSanitizer looks at its own process with ptrace, which this forbids. */
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}
