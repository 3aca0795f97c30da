#include "source/grants.h"

static const struct {
    const char *name;
    unsigned right;
} names[] = {
    {"SELECT", RIGHT_SELECT},
    {"SHOW VIEW", RIGHT_SHOW_VIEW},
    {"TRIGGER", RIGHT_TRIGGER},
    {"EVENT", RIGHT_EVENT},
    {"SHOW_ROUTINE", RIGHT_ROUTINES},        /* MySQL 8.0.20 */
    {"SHOW CREATE ROUTINE", RIGHT_ROUTINES}, /* MariaDB 11.3 */
    {"ALL PRIVILEGES", RIGHTS_DATABASE},
    {"ALL", RIGHTS_DATABASE},
};

/* An object name of SHOW GRANTS, in backticks; *at moves behind it. false when it is none. */
static bool take_name(struct str line, size_t *at, char *name, size_t size, size_t *ret_len)
{
    size_t len = 0;

    if (*at >= line.len || line.ptr[*at] != '`')
        return false;
    for (size_t i = *at + 1; i < line.len; i++) {
        if (line.ptr[i] == '`') {
            if (i + 1 >= line.len || line.ptr[i + 1] != '`') {
                *at = i + 1;
                *ret_len = len;
                return true;
            }
            i++;
        }
        if (len == size)
            return false;
        name[len++] = line.ptr[i];
    }
    return false;
}

/* LIKE's rules: % any text, _ one character, \ takes the next as it is. */
static bool matches(struct str pattern, struct str name)
{
    size_t at = 0;

    for (size_t i = 0; i < pattern.len; i++) {
        char c = pattern.ptr[i];

        if (c == '%') {
            struct str rest = str_slice(pattern, i + 1, pattern.len);

            for (size_t from = at; from <= name.len; from++)
                if (matches(rest, str_slice(name, from, name.len)))
                    return true;
            return false;
        }
        if (at >= name.len)
            return false;
        if (c == '_') {
            at++;
            while (at < name.len && ((unsigned char)name.ptr[at] & 0xc0) == 0x80)
                at++;
            continue;
        }
        if (c == '\\' && i + 1 < pattern.len)
            c = pattern.ptr[++i];
        if (name.ptr[at++] != c)
            return false;
    }
    return at == name.len;
}

/* The pattern as the one name it means; false when it has wildcards. */
static bool is_literal(struct str pattern, bool patterns)
{
    for (size_t i = 0; patterns && i < pattern.len; i++) {
        if (pattern.ptr[i] == '\\' && i + 1 < pattern.len)
            i++;
        else if (pattern.ptr[i] == '%' || pattern.ptr[i] == '_')
            return false;
    }
    return true;
}

/* "SELECT, INSERT, SELECT (a, b)": rights on columns do not count. */
static unsigned parse_rights(struct str list)
{
    unsigned rights = 0;
    size_t from = 0;

    while (from < list.len) {
        size_t end = from, depth = 0;
        struct str word;

        for (; end < list.len && (depth > 0 || list.ptr[end] != ','); end++) {
            depth += list.ptr[end] == '(';
            depth -= list.ptr[end] == ')' && depth > 0;
        }
        word = str_trim(str_slice(list, from, end));
        for (size_t i = 0; i < COUNT_OF(names); i++)
            if (str_equal_nocase(word, str_of(names[i].name)))
                rights |= names[i].right;
        from = end + 1;
    }
    return rights;
}

/* Where " ON " begins, outside of backticks and brackets; line.len when it is not there. */
static size_t find_on(struct str line)
{
    bool quoted = false;

    for (size_t i = 0; i + 4 <= line.len; i++) {
        if (line.ptr[i] == '`')
            quoted = !quoted;
        else if (!quoted && str_equal_c(str_slice(line, i, i + 4), " ON "))
            return i;
    }
    return line.len;
}

static void add_global(struct grants *grants, unsigned rights)
{
    grants->global |= rights;
    /* SELECT on everything shows routines as well: MySQL by rule, MariaDB through mysql.proc. */
    if ((rights & RIGHT_SELECT) != 0)
        grants->global |= RIGHT_ROUTINES;
}

/* MariaDB keeps routines in mysql.proc: SELECT on it, or on all of mysql, shows them. */
static bool shows_routines(const struct grants *grants, struct str name, struct str rest)
{
    return grants->flavor == FLAVOR_MARIADB && str_equal_c(name, "mysql") &&
           (str_starts_with(rest, STR(".`proc`")) || str_starts_with(rest, STR(".*")));
}

/* `object` is `database`.* or `database`.`table`. */
static void add_named(struct grants *grants, struct str object, unsigned rights, bool is_revoke)
{
    char schema[1024];
    size_t at = 0, len = 0;
    struct str name, rest;

    if (!take_name(object, &at, schema, sizeof schema, &len))
        return;
    name = (struct str){.ptr = schema, .len = len};
    rest = str_slice(object, at, object.len);
    if (!is_revoke && (rights & RIGHT_SELECT) != 0 && shows_routines(grants, name, rest))
        grants->global |= RIGHT_ROUTINES;
    if (!str_starts_with(rest, STR(".*")))
        return;
    if (grants->patterns ? !matches(name, grants->database) : !str_equal(name, grants->database))
        return;
    if (is_revoke) {
        grants->revoked |= rights;
    } else if (is_literal(name, grants->patterns)) {
        grants->exact |= rights;
        grants->has_exact = true;
    } else {
        grants->pattern |= rights;
    }
}

void grants_add(struct grants *grants, struct str line)
{
    bool is_revoke = str_starts_with(line, STR("REVOKE "));
    size_t on = find_on(line);
    unsigned rights;
    struct str object;

    if (on == line.len || (!is_revoke && !str_starts_with(line, STR("GRANT "))))
        return;
    rights = parse_rights(str_slice(line, is_revoke ? 7 : 6, on));
    object = str_slice(line, on + 4, line.len);
    if (str_starts_with(object, STR("TABLE ")))
        object = str_slice(object, 6, object.len);
    if (!str_starts_with(object, STR("*.*")))
        add_named(grants, object, rights, is_revoke);
    else if (!is_revoke)
        add_global(grants, rights);
}

unsigned grants_rights(const struct grants *grants)
{
    unsigned named = grants->has_exact ? grants->exact : grants->pattern;

    return (grants->global & ~grants->revoked) | named | (grants->global & RIGHT_ROUTINES);
}
