/*
 * base/banned.h: functions of libc that this house does not use; calling one does not compile,
 * because the name that it becomes is declared nowhere. Included by base/error.h, so that nearly
 * every file has it. (Macros and no `#pragma GCC poison`: the headers of libmariadb name some of
 * these inside macros that nobody here uses.) The headers that declare the functions come first.
 */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

/* They write without knowing how much room there is. */
#undef strcpy
#define strcpy(...) strcpy_is_banned_in_this_house
#undef strcat
#define strcat(...) strcat_is_banned_in_this_house
#undef strncpy
#define strncpy(...) strncpy_is_banned_in_this_house
#undef strncat
#define strncat(...) strncat_is_banned_in_this_house
#undef stpcpy
#define stpcpy(...) stpcpy_is_banned_in_this_house
#undef sprintf
#define sprintf(...) sprintf_is_banned_in_this_house
#undef vsprintf
#define vsprintf(...) vsprintf_is_banned_in_this_house
/* They cannot say that the text was no number, or that it did not fit. */
#undef atoi
#define atoi(...) atoi_is_banned_in_this_house
#undef atol
#define atol(...) atol_is_banned_in_this_house
#undef atoll
#define atoll(...) atoll_is_banned_in_this_house
#undef atof
#define atof(...) atof_is_banned_in_this_house
/* They keep their state or their result in one place for all threads. */
#undef strtok
#define strtok(...) strtok_is_banned_in_this_house
#undef asctime
#define asctime(...) asctime_is_banned_in_this_house
#undef ctime
#define ctime(...) ctime_is_banned_in_this_house
#undef gmtime
#define gmtime(...) gmtime_is_banned_in_this_house
#undef localtime
#define localtime(...) localtime_is_banned_in_this_house
/* They leave a moment between the name and the file. */
#undef tmpnam
#define tmpnam(...) tmpnam_is_banned_in_this_house
#undef mktemp
#define mktemp(...) mktemp_is_banned_in_this_house
