/*
 * Runs a fuzz target, which is linked to this file, over every file of its corpus: what fuzzing has
 * found once stays found. Aborts where the target does.
 */
#include <dirent.h>
#include <stdlib.h>

#include "tap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool replay(const char *path)
{
    static uint8_t bytes[1 << 20];
    FILE *file = fopen(path, "rb");
    uint8_t *copy;
    size_t size;
    bool passed;

    if (file == NULL)
        return false;
    size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    /* Exactly as long as the input, so that a sanitizer sees a read behind it. */
    copy = malloc(size > 0 ? size : 1);
    memcpy(copy, bytes, size);
    passed = LLVMFuzzerTestOneInput(copy, size) == 0;
    free(copy);
    return passed;
}

int main(void)
{
    DIR *folder = opendir(CORPUS);
    struct dirent *entry;
    char path[4096];

    ok(folder != NULL, "the corpus " CORPUS);
    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", CORPUS, entry->d_name);
        ok(replay(path), "%s", entry->d_name);
    }
    if (folder != NULL)
        closedir(folder);
    ok(tap_count_ > 5, "files were there");
    return done_testing();
}
