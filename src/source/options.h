/*
 * source/options.h: what options.c, uri.c and my_cnf.c share.
 */
#pragma once

#include "source/source.h"

/* "VERIFY_CA", "verify-ca" …: as MySQL's clients write it, case and dash or underscore ignored. */
bool source_ssl_mode_parse(struct str text, enum source_ssl_mode *ret_mode);
/* "ssl-ca" == "ssl_ca" == "SSL_CA": how option names are compared. */
bool source_option_name_is(struct str name, const char *wanted);
/* A TCP port, 1 to 65535. */
bool source_port_parse(struct str text, unsigned *ret_port);
/* Seconds, 1 to 3600. */
bool source_timeout_parse(struct str text, unsigned *ret_seconds);
/* The text on the heap, replacing what was there. */
void source_option_set(char **at, struct str value);
void source_option_set_secret(char **at, struct str value);
