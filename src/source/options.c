#include "source/options.h"

#include <stdlib.h>
#include <string.h>

#include "base/secret.h"

static const struct {
    const char *name;
    enum source_ssl_mode mode;
} ssl_modes[] = {
    {"DISABLED", SOURCE_SSL_DISABLED},
    {"PREFERRED", SOURCE_SSL_PREFERRED},
    {"REQUIRED", SOURCE_SSL_REQUIRED},
    {"VERIFY_CA", SOURCE_SSL_VERIFY_CA},
    {"VERIFY_IDENTITY", SOURCE_SSL_VERIFY_IDENTITY},
};

static char fold(char c)
{
    if (c == '_')
        return '-';
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool source_option_name_is(struct str name, const char *wanted)
{
    if (name.len != strlen(wanted))
        return false;
    for (size_t i = 0; i < name.len; i++)
        if (fold(name.ptr[i]) != fold(wanted[i]))
            return false;
    return true;
}

bool source_ssl_mode_parse(struct str text, enum source_ssl_mode *ret_mode)
{
    for (size_t i = 0; i < COUNT_OF(ssl_modes); i++) {
        if (source_option_name_is(text, ssl_modes[i].name)) {
            *ret_mode = ssl_modes[i].mode;
            return true;
        }
    }
    return false;
}

static bool parse_between(struct str text, uint64_t least, uint64_t most, unsigned *ret_value)
{
    uint64_t value;

    if (!str_to_u64(text, &value) || value < least || value > most)
        return false;
    *ret_value = (unsigned)value;
    return true;
}

bool source_port_parse(struct str text, unsigned *ret_port)
{
    return parse_between(text, 1, 65535, ret_port);
}

bool source_timeout_parse(struct str text, unsigned *ret_seconds)
{
    return parse_between(text, 1, 3600, ret_seconds);
}

void source_option_set(char **at, struct str value)
{
    free(*at);
    *at = strndup(value.ptr != NULL ? value.ptr : "", value.len);
}

void source_option_set_secret(char **at, struct str value)
{
    secret_free(*at);
    *at = secret_copy(value);
    if (*at != NULL && (*at)[0] != '\0')
        secret_register(*at);
}

void source_options_done(struct source_options *options)
{
    if (options == NULL)
        return;
    free(options->host);
    free(options->socket);
    free(options->user);
    secret_free(options->password);
    free(options->database);
    free(options->ssl_ca);
    free(options->ssl_cert);
    free(options->ssl_key);
    free(options->run_id);
    *options = (struct source_options){0};
}

void source_options_print(const struct source_options *options, struct buf *text)
{
    if (options->user != NULL)
        buf_add_format(text, "%s@", options->user);
    if (options->socket != NULL)
        buf_add_c(text, options->socket);
    else if (options->host != NULL && strchr(options->host, ':') != NULL)
        buf_add_format(text, "[%s]:%u", options->host, options->port);
    else
        buf_add_format(text, "%s:%u", options->host != NULL ? options->host : "", options->port);
    buf_add_format(text, "/%s", options->database != NULL ? options->database : "");
}

/* 127.0.0.0/8 in dotted form, ::1, or the name that means them. */
bool source_options_local(const struct source_options *options)
{
    struct str host = str_of(options->host);

    if (options->socket != NULL)
        return true;
    if (str_equal_nocase(host, STR("localhost")) || str_equal_c(host, "::1"))
        return true;
    if (!str_starts_with(host, STR("127.")))
        return false;
    /* 127.evil.example is a name, not an address. */
    for (size_t i = 0; i < host.len; i++)
        if (host.ptr[i] != '.' && (host.ptr[i] < '0' || host.ptr[i] > '9'))
            return false;
    return true;
}
