/* Addresses to inet: what is taken is read by PostgreSQL as the same address. */
#include <arpa/inet.h>

#include "fuzz_convert.h"

static void check(enum source_kind kind, struct str text)
{
    static const struct target_type inet = {.kind = TARGET_INET};
    struct source_type source = {.kind = kind, .text = STR("inet")};
    struct convert_column column = {.source = &source, .target = &inet, .object = STR("d.t.c")};
    struct buf out = BUF_INIT(1 << 20, "fuzz");
    bool is_four = kind == SOURCE_INET4;
    char again[INET6_ADDRSTRLEN];
    unsigned char bytes[16];
    struct str field;

    if (fuzz_value(&column, (struct cell){.form = CELL_BYTES, .bytes = text}, &out, &field)) {
        size_t size = is_four ? 4 : 16;
        PROMISE(field.len == 4 + size && field.ptr[0] == (is_four ? 2 : 3) && field.ptr[2] == 0);
        PROMISE((unsigned char)field.ptr[1] == 8 * size && (size_t)field.ptr[3] == size);
        /* Printed and read again it is itself. */
        PROMISE(inet_ntop(is_four ? AF_INET : AF_INET6, field.ptr + 4, again, sizeof again) !=
                NULL);
        PROMISE(inet_pton(is_four ? AF_INET : AF_INET6, again, bytes) == 1);
        PROMISE(memcmp(bytes, field.ptr + 4, size) == 0);
    }
    buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *memory = NULL;
    struct str text = fuzz_copy(data, size, 0, &memory);

    check(SOURCE_INET4, text);
    check(SOURCE_INET6, text);
    free(memory);
    return 0;
}
