/*
 * source/greeting.h: looks at the server's greeting before the client library answers it.
 *
 * libmariadb sends its login over plain TCP when the server offers no TLS, whatever was asked for
 * short of verifying the host's name (its MYSQL_OPT_SSL_ENFORCE is a wish). So the greeting is read
 * along, on the same connection: when TLS is required and not offered, the line is cut before a
 * single byte goes out. Format: "Protocol::HandshakeV10", MySQL internals manual.
 */
#pragma once

#include <mysql.h>

#include <stdbool.h>
#include <stddef.h>

enum greeting {
    GREETING_NONE,    /* nothing came, or an error packet */
    GREETING_TLS,     /* the server offers TLS */
    GREETING_NO_TLS,  /* it does not */
    GREETING_INVALID, /* not a greeting of protocol 10 */
};

/* What the first packet of a server says. Pure; the packet has its 4-byte header. */
enum greeting greeting_parse(const unsigned char *packet, size_t size);

/* Once, before any thread starts. */
void greeting_library_init(void);
/*
 * From here on the next greeting read by this thread is looked at; with `tls_required` a connection
 * whose server offers none is cut. greeting_seen() says what came and ends the watch.
 */
void greeting_watch(bool tls_required);
enum greeting greeting_seen(void);
