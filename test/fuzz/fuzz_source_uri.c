/* A source URI: whatever comes, options are whole or an error that does not quote the password. */
#include <stdlib.h>

#include "base/limits.h"
#include "source/source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = ARENA_INIT(1 * MIB, "fuzz");
    struct source_options options = {0};
    struct buf way = BUF_INIT(1 * MIB, "fuzz");
    struct str uri = {.ptr = (const char *)data, .len = size}, dropped;
    struct error *error;

    if (size > 4096)
        return 0;
    error = source_options_parse(uri, true, &arena, &options, &dropped);
    if (error == NULL) {
        if ((options.host == NULL) == (options.socket == NULL) || options.database == NULL)
            abort();
        if (options.host != NULL && (options.port == 0 || options.port > 65535))
            abort();
        source_options_print(&options, &way);
        (void)source_options_local(&options);
    }
    error_free(error);
    source_options_done(&options);
    buf_free(&way);
    arena_free(&arena);
    return 0;
}
