/* The first packet of a server: whether it offers TLS, and nonsense. */
#include "source/greeting.h"

#include <stdlib.h>

#include "tap.h"

static size_t build(unsigned char *packet, const char *version, unsigned capabilities)
{
    size_t len = strlen(version), at = 4;

    packet[at++] = 10;
    memcpy(packet + at, version, len + 1);
    at += len + 1;
    memset(packet + at, 'x', 13);
    at += 13;
    packet[at++] = (unsigned char)capabilities;
    packet[at++] = (unsigned char)(capabilities >> 8);
    memset(packet + at, 0, 20);
    at += 20;
    packet[0] = (unsigned char)(at - 4);
    packet[1] = packet[2] = packet[3] = 0;
    return at;
}

/* From the heap, exactly as long, so that a sanitizer sees a read behind it. */
static enum greeting parse(const unsigned char *packet, size_t size)
{
    unsigned char *copy = malloc(size > 0 ? size : 1);
    enum greeting found;

    memcpy(copy, packet, size);
    found = greeting_parse(copy, size);
    free(copy);
    return found;
}

int main(void)
{
    static const unsigned char refusal[] = "\x17\0\0\0\xff\x10\x04Too many connections";
    unsigned char packet[300];
    size_t size = build(packet, "9.7.4", 0xffff);
    bool whole = false;

    is_number(parse(packet, size), GREETING_TLS, "TLS is offered");
    for (size_t cut = 0; cut < size; cut++) {
        enum greeting found = parse(packet, cut);

        whole |= found == GREETING_TLS;
        if (found != GREETING_INVALID && found != GREETING_TLS)
            ok(false, "%zu bytes of a greeting", cut);
    }
    ok(whole, "cut short it is invalid, or long enough to tell");
    size = build(packet, "5.5.5-10.11.19-MariaDB", 0xf7ff);
    is_number(parse(packet, size), GREETING_NO_TLS, "none is offered");
    size = build(packet, "", 0x0800);
    is_number(parse(packet, size), GREETING_TLS, "an empty version");
    is_number(parse(refusal, sizeof refusal - 1), GREETING_NONE, "an error instead of a greeting");
    packet[4] = 9;
    is_number(parse(packet, size), GREETING_INVALID, "another protocol");
    memset(packet, 'A', sizeof packet);
    packet[4] = 10;
    is_number(parse(packet, sizeof packet), GREETING_INVALID, "a version without end");
    is_number(parse(packet, 0), GREETING_INVALID, "nothing");
    return done_testing();
}
