/*
 * bench/readout.c: reads a table out of MySQL or MariaDB as fast as one connection gives it, and
 * throws the rows away: the part of a migration that the source alone decides.
 *
 *     readout OPTION_FILE DATABASE TABLE
 *
 * A prepared statement (binary rows), streamed; login from the group [client] of OPTION_FILE.
 * Prints "rows=… bytes=…".
 */
#include <inttypes.h>
#include <mysql.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_COLUMNS 256
#define COLUMN_BYTES 65536

static MYSQL *connection;
static MYSQL_STMT *statement;

static void fail(const char *what)
{
    fprintf(stderr, "readout: %s: %s %s\n", what, mysql_error(connection),
            statement != NULL ? mysql_stmt_error(statement) : "");
    exit(1);
}

static void open_connection(const char *option_file, const char *database)
{
    connection = mysql_init(NULL);
    if (connection == NULL)
        exit(1);
    mysql_options(connection, MYSQL_READ_DEFAULT_FILE, option_file);
    mysql_options(connection, MYSQL_READ_DEFAULT_GROUP, "client");
    if (mysql_real_connect(connection, NULL, NULL, NULL, database, 0, NULL, 0) == NULL)
        fail("connect");
    /* As the migration reads: bytes as they are stored. */
    if (mysql_query(connection, "SET NAMES utf8mb4, character_set_results = NULL") != 0)
        fail("session");
}

static void open_rows(const char *table)
{
    char sql[300];

    if (strchr(table, '`') != NULL)
        fail("a table with a backtick");
    snprintf(sql, sizeof sql, "SELECT * FROM `%s`", table);
    statement = mysql_stmt_init(connection);
    if (statement == NULL || mysql_stmt_prepare(statement, sql, strlen(sql)) != 0 ||
        mysql_stmt_execute(statement) != 0)
        fail("query");
}

/* Each column in its own type, so that nothing is converted. */
static unsigned bind_columns(MYSQL_BIND *binds, unsigned long *lengths)
{
    MYSQL_RES *result = mysql_stmt_result_metadata(statement);
    unsigned count = mysql_stmt_field_count(statement);

    if (result == NULL || count > MAX_COLUMNS)
        fail("columns");
    for (unsigned i = 0; i < count; i++) {
        binds[i].buffer_type = mysql_fetch_field_direct(result, i)->type;
        binds[i].buffer = malloc(COLUMN_BYTES);
        binds[i].buffer_length = COLUMN_BYTES;
        binds[i].length = &lengths[i];
        if (binds[i].buffer == NULL)
            exit(1);
    }
    mysql_free_result(result);
    if (mysql_stmt_bind_result(statement, binds) != 0)
        fail("bind");
    return count;
}

int main(int argc, char **argv)
{
    static MYSQL_BIND binds[MAX_COLUMNS];
    static unsigned long lengths[MAX_COLUMNS];
    uint64_t rows = 0, bytes = 0;
    unsigned count;
    int got;

    if (argc != 4) {
        fprintf(stderr, "usage: readout OPTION_FILE DATABASE TABLE\n");
        return 2;
    }
    open_connection(argv[1], argv[2]);
    open_rows(argv[3]);
    count = bind_columns(binds, lengths);
    while ((got = mysql_stmt_fetch(statement)) == 0 || got == MYSQL_DATA_TRUNCATED) {
        rows++;
        for (unsigned i = 0; i < count; i++)
            bytes += lengths[i];
    }
    if (got != MYSQL_NO_DATA)
        fail("fetch");
    printf("rows=%" PRIu64 " bytes=%" PRIu64 "\n", rows, bytes);
    mysql_stmt_close(statement);
    mysql_close(connection);
    for (unsigned i = 0; i < count; i++)
        free(binds[i].buffer);
    return 0;
}
