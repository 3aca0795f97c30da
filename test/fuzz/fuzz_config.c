/*
 * Any bytes as pgconverge.yaml: an error or a configuration, never anything else. A complaint
 * always carries the file's name, so that it can be found.
 */
#include "base/limits.h"
#include "cli/config.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    struct arena arena = ARENA_INIT(16 * MIB, "fuzz");
    struct config config;
    struct error *error = config_parse((struct str){.ptr = (const char *)bytes, .len = size},
                                       "c.yaml", &arena, &config);

    if (error != NULL && error->id == PGC_CONFIG &&
        !str_starts_with(str_of(error->text), STR("c.yaml:")))
        abort();
    for (size_t i = 0; error == NULL && i < config.setting_count; i++) {
        if (config.settings[i].value_count == 0 || config.settings[i].line == 0)
            abort();
    }
    error_free(error);
    arena_free(&arena);
    return 0;
}
