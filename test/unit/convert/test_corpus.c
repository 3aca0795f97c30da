/*
 * Runs a fuzz target, which is linked to this file, over every file of its corpus: what fuzzing has
 * found once stays found. Aborts where the target does.
 */
#include <dirent.h>
#include <stdlib.h>

#include "../../fuzz/fuzz_convert.h"
#include "tap.h"

static bool replay(const char *path)
{
    static uint8_t bytes[1 << 20];
    FILE *file = fopen(path, "rb");

    if (file == NULL)
        return false;
    size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    uint8_t *copy = malloc(size > 0 ? size : 1);
    memcpy(copy, bytes, size);
    bool passed = LLVMFuzzerTestOneInput(copy, size) == 0;
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
