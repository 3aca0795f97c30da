/*
 * base/limits.h: every ceiling of the program, by name. A buffer or arena that is full is an error
 * that carries the name of its limit; nothing grows without one of these.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define KIB ((size_t)1024)
#define MIB (KIB * KIB)

/*
 * Everything known about one run: catalogs, plan, chunk lists. About 8 KiB a small table: 20,000 of
 * them fit.
 */
#define LIMIT_RUN_ARENA (256 * MIB)
/* What stands in the target and what the plan would make, of thousands of tables. */
#define LIMIT_STRUCTURE_ARENA (256 * MIB)
/* One SQL statement that we compose (a table of 4096 columns with 256-byte names fits well). */
#define LIMIT_SQL_TEXT (16 * MIB)
/* One rendered document: plan.json, report.json. */
#define LIMIT_DOCUMENT (64 * MIB)
/* A configuration, password or my.cnf file. */
#define LIMIT_CONFIG_FILE (1 * MIB)
#define LIMIT_PASSWORD 4096
/* Bytes collected before they are sent to PostgreSQL: more gains nothing, 8 KiB costs half again.
 */
#define LIMIT_COPY_SLICE (128 * KIB)
/* PostgreSQL's own ceiling of one field, 1 GiB - 1, less what a row needs beside it. */
#define LIMIT_FIELD ((size_t)0x3fffffff - 64 * KIB)
/* One row in COPY form: a field at its ceiling and a little. */
#define LIMIT_ROW ((size_t)0x3fffffff)
/* Rows of a chunk that are set aside: beyond this they go out, in the chunk's own transaction. */
#define LIMIT_ASIDE (4 * MIB)
/* A row above this is "very wide": such tables are read by one worker alone. */
#define LIMIT_NARROW_ROW (4 * MIB)
/* A column's own buffer when rows are fetched; longer values are fetched apart. */
#define LIMIT_CELL_BUFFER (16 * KIB)
#define LIMIT_WORKERS 64
#define LIMIT_ERROR_TEXT (8 * KIB)
/* A message of the log is cut here, so that a hostile value cannot fill the disk with one line … */
#define LIMIT_LOG_MESSAGE (16 * KIB)
/* … and the line that it becomes, escaped, with the names that stand in it. */
#define LIMIT_LOG_LINE (512 * KIB)
#define LIMIT_PG_IDENTIFIER 63
