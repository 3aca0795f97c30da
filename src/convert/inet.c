/*
 * INET4 and INET6, which the server shows as text, to inet: family, bits of the netmask, is_cidr,
 * the address' length and its bytes (network_send() in PostgreSQL's utils/adt/network.c).
 */
#include <arpa/inet.h>

#include "convert/field.h"

#define FAMILY_INET 2  /* PGSQL_AF_INET in utils/inet.h */
#define FAMILY_INET6 3 /* PGSQL_AF_INET6 */
#define INET_HEAD_SIZE 4

struct error *field_add_inet(const struct field *field, const struct cell *cell, struct buf *out)
{
    bool is_four = field->source->kind == SOURCE_INET4;
    size_t size = is_four ? sizeof(struct in_addr) : sizeof(struct in6_addr);
    char text[INET6_ADDRSTRLEN];
    char *at = field_at(out);

    if (UNLIKELY(cell->bytes.len >= sizeof text))
        return error_new(PGC_INTERNAL, "an address of %zu characters", cell->bytes.len);
    memcpy(text, cell->bytes.len > 0 ? cell->bytes.ptr : "", cell->bytes.len);
    text[cell->bytes.len] = '\0';
    if (UNLIKELY(strlen(text) != cell->bytes.len ||
                 inet_pton(is_four ? AF_INET : AF_INET6, text, at + 4 + INET_HEAD_SIZE) != 1))
        return error_new(PGC_INTERNAL, "the source sent an address that is none");
    at[4] = is_four ? FAMILY_INET : FAMILY_INET6;
    at[5] = (char)(8 * size);
    at[6] = 0; /* inet, not cidr */
    at[7] = (char)size;
    return field_done(out, at, INET_HEAD_SIZE + size);
}
