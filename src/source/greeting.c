#include "source/greeting.h"

#include <string.h>
#include <sys/socket.h>

/* From the library's ma_pvio.h, which drags in more than this: watches what is read and written. */
int ma_pvio_register_callback(my_bool register_callback,
                              void (*callback)(int mode, MYSQL *mysql, const unsigned char *bytes,
                                               size_t length));

#define HEADER_SIZE 4
#define CLIENT_SSL_FLAG 0x0800
/* Behind the version: connection id, first part of the scramble and its filler. */
#define TO_CAPABILITIES (4 + 8 + 1)

/* A greeting is about 80 bytes; one that is longer than this is none. */
#define GREETING_MAX 1024

static _Thread_local struct {
    bool watching;
    bool tls_required;
    enum greeting seen;
    unsigned char packet[GREETING_MAX];
    size_t size;
} watch;

enum greeting greeting_parse(const unsigned char *packet, size_t size)
{
    const unsigned char *version_end;
    size_t at;

    if (size <= HEADER_SIZE)
        return GREETING_INVALID;
    if (packet[HEADER_SIZE] == 0xff)
        return GREETING_NONE; /* an error packet, such as "too many connections" */
    if (packet[HEADER_SIZE] != 10)
        return GREETING_INVALID;
    version_end = memchr(packet + HEADER_SIZE + 1, '\0', size - HEADER_SIZE - 1);
    if (version_end == NULL)
        return GREETING_INVALID;
    at = (size_t)(version_end - packet) + 1 + TO_CAPABILITIES;
    if (at + 2 > size)
        return GREETING_INVALID;
    return ((packet[at] | packet[at + 1] << 8) & CLIENT_SSL_FLAG) != 0 ? GREETING_TLS
                                                                       : GREETING_NO_TLS;
}

/*
 * Called by the library, in the thread that reads, for every read and write of every session. The
 * greeting may come in pieces; the library answers only when it has all of it.
 */
static void look(int mode, MYSQL *mysql, const unsigned char *bytes, size_t length)
{
    size_t room = sizeof watch.packet - watch.size, taken, whole;

    if (!watch.watching || mode != 0 || bytes == NULL || (ssize_t)length <= 0)
        return;
    taken = length < room ? length : room;
    memcpy(watch.packet + watch.size, bytes, taken);
    watch.size += taken;
    if (watch.size < HEADER_SIZE)
        return;
    whole = HEADER_SIZE + (size_t)(watch.packet[0] | watch.packet[1] << 8 | watch.packet[2] << 16);
    if (watch.size < whole && watch.size < sizeof watch.packet)
        return;
    watch.watching = false;
    watch.seen = greeting_parse(watch.packet, watch.size);
    if (watch.tls_required && watch.seen != GREETING_TLS && watch.seen != GREETING_NONE)
        (void)shutdown(mysql_get_socket(mysql), SHUT_RDWR);
}

void greeting_library_init(void)
{
    static bool done;

    if (!done)
        (void)ma_pvio_register_callback(1, look);
    done = true;
}

void greeting_watch(bool tls_required)
{
    watch.watching = true;
    watch.tls_required = tls_required;
    watch.seen = GREETING_NONE;
    watch.size = 0;
}

enum greeting greeting_seen(void)
{
    watch.watching = false;
    return watch.seen;
}
