/*
 * Option files of MySQL's clients: "Using Option Files" in MySQL's reference manual. Keys that are
 * not ours belong to other programs and are passed over.
 */
#include "source/options.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/secret.h"

#define FILES_IN_A_DIRECTORY_MAX 256

static struct error *read_file(const char *path, struct source_options *found, bool may_include);

/* A quoted value without its quotes; MySQL's escapes replaced. `text` has room for value.len. */
static struct str unescape(struct str value, char *text)
{
    size_t len = 0;

    if (value.len >= 2 && (value.ptr[0] == '"' || value.ptr[0] == '\'') &&
        value.ptr[value.len - 1] == value.ptr[0])
        value = str_slice(value, 1, value.len - 1);
    for (size_t i = 0; i < value.len; i++) {
        static const char from[] = "btnrs\\\"'", to[] = "\b\t\n\r \\\"'";
        const char *found = NULL;

        if (value.ptr[i] == '\\' && i + 1 < value.len && value.ptr[i + 1] != '\0')
            found = strchr(from, value.ptr[i + 1]);
        if (found == NULL) {
            text[len++] = value.ptr[i];
            continue;
        }
        text[len++] = to[found - from];
        i++;
    }
    return (struct str){.ptr = text, .len = len};
}

static struct error *set_option(struct source_options *found, const char *path, size_t line_number,
                                struct str key, struct str value)
{
    bool good = true;

    if (source_option_name_is(key, "user"))
        source_option_set(&found->user, value);
    else if (source_option_name_is(key, "password"))
        source_option_set_secret(&found->password, value);
    else if (source_option_name_is(key, "host"))
        source_option_set(&found->host, value);
    else if (source_option_name_is(key, "socket"))
        source_option_set(&found->socket, value);
    else if (source_option_name_is(key, "port"))
        good = source_port_parse(value, &found->port);
    else if (source_option_name_is(key, "ssl-ca"))
        source_option_set(&found->ssl_ca, value);
    else if (source_option_name_is(key, "ssl-cert"))
        source_option_set(&found->ssl_cert, value);
    else if (source_option_name_is(key, "ssl-key"))
        source_option_set(&found->ssl_key, value);
    else if (source_option_name_is(key, "ssl-mode"))
        good = source_ssl_mode_parse(value, &found->ssl_mode);
    else if (source_option_name_is(key, "connect-timeout"))
        good = source_timeout_parse(value, &found->connect_timeout_s);
    if (good)
        return NULL;
    return error_new(PGC_CONFIG, "%s, line %zu: bad value for " STR_FMT, path, line_number,
                     STR_ARG(key));
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The files *.cnf of a directory, in the order of their names. */
static struct error *read_directory(const char *path, struct source_options *found)
{
    char *names[FILES_IN_A_DIRECTORY_MAX];
    struct error *error = NULL;
    size_t count = 0;
    struct dirent *entry;
    DIR *directory = opendir(path);

    if (directory == NULL)
        return error_new(PGC_FILE, "cannot read the directory %s: %s", path, strerror(errno));
    while (count < COUNT_OF(names) && (entry = readdir(directory)) != NULL) {
        if (!str_ends_with(str_of(entry->d_name), STR(".cnf")))
            continue;
        if (asprintf(&names[count], "%s/%s", path, entry->d_name) >= 0)
            count++;
    }
    closedir(directory);
    qsort(names, count, sizeof names[0], by_name);
    for (size_t i = 0; i < count; i++) {
        if (error == NULL)
            error = read_file(names[i], found, false);
        free(names[i]);
    }
    return error;
}

static struct error *follow(struct str line, bool may_include, struct source_options *found)
{
    bool is_directory = str_starts_with(line, STR("!includedir "));
    char path[4096];

    if (!may_include || (!is_directory && !str_starts_with(line, STR("!include "))))
        return NULL;
    line = str_trim(str_slice(line, str_find(line, ' ', 0), line.len));
    if (line.len >= sizeof path)
        return error_new(PGC_CONFIG, "an !include names a path that is too long");
    snprintf(path, sizeof path, STR_FMT, STR_ARG(line));
    return is_directory ? read_directory(path, found) : read_file(path, found, false);
}

/* "key = value # comment": a # inside quotes belongs to the value. */
static struct str strip_comment(struct str value)
{
    char quote = '\0';

    for (size_t i = 0; i < value.len; i++) {
        char c = value.ptr[i];

        if (quote != '\0') {
            if (c == '\\')
                i++;
            else if (c == quote)
                quote = '\0';
        } else if (i == 0 && (c == '"' || c == '\'')) {
            quote = c;
        } else if (c == '#') {
            return str_trim(str_slice(value, 0, i));
        }
    }
    return str_trim(value);
}

static struct error *read_lines(struct str text, const char *path, char *scratch, bool may_include,
                                struct source_options *found)
{
    size_t from = 0, line_number = 0;
    bool ours = false;

    while (from < text.len) {
        size_t end = str_find(text, '\n', from), equal;
        struct str line = str_trim(str_slice(text, from, end)), value;

        from = end + 1;
        line_number++;
        if (line.len == 0 || line.ptr[0] == '#' || line.ptr[0] == ';')
            continue;
        if (line.ptr[0] == '!') {
            TRY(follow(line, may_include, found));
            continue;
        }
        if (line.ptr[0] == '[') {
            struct str group = str_trim(str_slice(line, 1, str_find(line, ']', 0)));

            ours = str_equal_c(group, "client") || str_equal_c(group, "pgconverge");
            continue;
        }
        equal = str_find(line, '=', 0);
        if (!ours || equal == line.len)
            continue;
        value = strip_comment(str_trim(str_slice(line, equal + 1, line.len)));
        TRY(set_option(found, path, line_number, str_trim(str_slice(line, 0, equal)),
                       unescape(value, scratch)));
    }
    return NULL;
}

/* The whole file into `text`; *ret_missing when there is none. */
static struct error *load(const char *path, struct buf *text, bool *ret_missing)
{
    struct stat status;
    ssize_t got = 1;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    *ret_missing = fd < 0 && (errno == ENOENT || errno == ENOTDIR);
    if (*ret_missing)
        return NULL;
    if (fd < 0)
        return error_new(PGC_FILE, "cannot read %s: %s", path, strerror(errno));
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) || (status.st_mode & S_IWOTH) != 0) {
        close(fd);
        return error_new(PGC_FILE, "%s is not an ordinary file, or everybody may write to it",
                         path);
    }
    while (got > 0) {
        char *room = buf_reserve(text, 4096);

        if (room == NULL)
            break;
        got = read(fd, room, 4096);
        if (got > 0)
            text->len += (size_t)got;
    }
    close(fd);
    TRY(buf_error(text));
    return got < 0 ? error_new(PGC_FILE, "cannot read %s: %s", path, strerror(errno)) : NULL;
}

static struct error *read_file(const char *path, struct source_options *found, bool may_include)
{
    CLEANUP(buf_free) struct buf text = BUF_INIT(LIMIT_CONFIG_FILE, "LIMIT_CONFIG_FILE");
    CLEANUP(buf_free) struct buf scratch = BUF_INIT(LIMIT_CONFIG_FILE, "LIMIT_CONFIG_FILE");
    struct error *error = NULL;
    bool missing;

    TRY(load(path, &text, &missing));
    if (missing)
        return NULL;
    if (buf_reserve(&scratch, text.len + 1) == NULL)
        return buf_error(&scratch);
    error = read_lines(buf_str(&text), path, scratch.ptr, may_include, found);
    if (text.ptr != NULL)
        secret_wipe(text.ptr, text.capacity);
    secret_wipe(scratch.ptr, scratch.capacity);
    return error;
}

/* Moves `from` into `to` when that is still empty. */
static void fill(char **to, char **from)
{
    if (*to != NULL)
        return;
    *to = *from;
    *from = NULL;
}

struct error *source_options_read_my_cnf(struct source_options *options, const char *path)
{
    CLEANUP(source_options_done) struct source_options found = {0};

    TRY(read_file(path, &found, true));
    /* A way that was given is a whole: a host's port or a socket of the file does not mix in. */
    if (options->host == NULL && options->socket == NULL) {
        fill(&options->socket, &found.socket);
        if (options->socket == NULL || found.host != NULL) {
            if (found.host != NULL && !str_equal_c(str_of(found.host), "localhost")) {
                free(options->socket);
                options->socket = NULL;
            }
            if (options->socket == NULL)
                fill(&options->host, &found.host);
        }
        if (options->port == 0 && options->host != NULL)
            options->port = found.port != 0 ? found.port : 3306;
    }
    fill(&options->user, &found.user);
    fill(&options->password, &found.password);
    fill(&options->ssl_ca, &found.ssl_ca);
    fill(&options->ssl_cert, &found.ssl_cert);
    fill(&options->ssl_key, &found.ssl_key);
    if (options->ssl_mode == SOURCE_SSL_DEFAULT)
        options->ssl_mode = found.ssl_mode;
    if (options->connect_timeout_s == 0)
        options->connect_timeout_s = found.connect_timeout_s;
    return NULL;
}
