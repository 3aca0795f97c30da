/* Lines of SHOW GRANTS, as both servers print them. */
#include "source/grants.h"

#include "tap.h"

#define ALL_RIGHTS (RIGHTS_DATABASE | RIGHT_ROUTINES)

static unsigned rights_of(enum source_flavor flavor, bool patterns, const char *database,
                          const char *const *lines, size_t count)
{
    struct grants grants = {.flavor = flavor, .database = str_of(database), .patterns = patterns};

    for (size_t i = 0; i < count; i++)
        grants_add(&grants, str_of(lines[i]));
    return grants_rights(&grants);
}

#define RIGHTS(flavor, database, ...)                                     \
    rights_of(flavor, true, database, (const char *const[]){__VA_ARGS__}, \
              COUNT_OF(((const char *const[]){__VA_ARGS__})))

static void test_whole(void)
{
    is_number(RIGHTS(FLAVOR_MYSQL, "app",
                     "GRANT SELECT, SHOW VIEW, EVENT, TRIGGER ON `app`.* TO `u`@`%`",
                     "GRANT SHOW_ROUTINE ON *.* TO `u`@`%`"),
              ALL_RIGHTS, "what the fix grants on MySQL");
    is_number(RIGHTS(FLAVOR_MARIADB, "app",
                     "GRANT SELECT, SHOW VIEW, EVENT, TRIGGER ON `app`.* TO `u`@`%`",
                     "GRANT SELECT ON `mysql`.`proc` TO `u`@`%`"),
              ALL_RIGHTS, "what the fix grants on MariaDB");
    is_number(RIGHTS(FLAVOR_MARIADB, "app",
                     "GRANT ALL PRIVILEGES ON *.* TO `root`@`%` IDENTIFIED BY PASSWORD '*1'"),
              ALL_RIGHTS, "all of everything");
    is_number(RIGHTS(FLAVOR_MARIADB, "app", "GRANT `r` TO `u`@`%`", "GRANT USAGE ON *.* TO `r`",
                     "GRANT SELECT, SHOW VIEW, EVENT, TRIGGER ON `app`.* TO `r`"),
              RIGHTS_DATABASE, "a role's rights");
}

static void test_missing(void)
{
    is_number(RIGHTS(FLAVOR_MYSQL, "app", "GRANT USAGE ON *.* TO `u`@`%`"), 0, "nothing");
    is_number(RIGHTS(FLAVOR_MYSQL, "app", "GRANT ALL PRIVILEGES ON `app`.* TO `u`@`%`"),
              RIGHTS_DATABASE, "all of the database is not its routines");
    is_number(RIGHTS(FLAVOR_MYSQL, "app", "GRANT SELECT ON `app`.`t` TO `u`@`%`",
                     "GRANT SELECT (`a`, `b`), INSERT ON `app`.* TO `u`@`%`",
                     "GRANT EXECUTE ON PROCEDURE `app`.`p` TO `u`@`%`"),
              0, "a table, columns, a routine are not the database");
    is_number(RIGHTS(FLAVOR_MYSQL, "app", "GRANT SELECT ON `other`.* TO `u`@`%`",
                     "GRANT SELECT ON `app2`.* TO `u`@`%`", "GRANT SELECT ON `ap`.* TO `u`@`%`"),
              0, "other databases");
    is_number(RIGHTS(FLAVOR_MYSQL, "app", "GRANT PROXY ON ``@`` TO 'root'@'localhost'", "garbage",
                     "GRANT SELECT ON `app", "GRANT", "REVOKE"),
              0, "lines that say nothing");
}

static void test_patterns(void)
{
    is_number(RIGHTS(FLAVOR_MYSQL, "my_db", "GRANT SELECT ON `my\\_db`.* TO `u`@`%`"), RIGHT_SELECT,
              "an escaped _");
    is_number(RIGHTS(FLAVOR_MYSQL, "myxdb", "GRANT SELECT ON `my\\_db`.* TO `u`@`%`"), 0,
              "… means itself");
    is_number(RIGHTS(FLAVOR_MYSQL, "myxdb", "GRANT SELECT ON `my_db`.* TO `u`@`%`"), RIGHT_SELECT,
              "a bare _ any character");
    is_number(RIGHTS(FLAVOR_MYSQL, "app_one", "GRANT SELECT ON `app%`.* TO `u`@`%`"), RIGHT_SELECT,
              "a percent sign any text");
    is_number(RIGHTS(FLAVOR_MYSQL, "we`ird", "GRANT SELECT ON `we``ird`.* TO `u`@`%`"),
              RIGHT_SELECT, "a backtick in the name");
    is_number(RIGHTS(FLAVOR_MYSQL, "a ON b", "GRANT SELECT ON `a ON b`.* TO `u`@`%`"), RIGHT_SELECT,
              "ON in the name");
    is_number(RIGHTS(FLAVOR_MYSQL, "app_one", "GRANT TRIGGER ON `app%`.* TO `u`@`%`",
                     "GRANT SELECT ON `app\\_one`.* TO `u`@`%`"),
              RIGHT_SELECT, "the server takes the nearest entry alone");
    is_number(rights_of(FLAVOR_MYSQL, false, "myxdb",
                        (const char *const[]){"GRANT SELECT ON `my_db`.* TO `u`@`%`"}, 1),
              0, "no patterns under partial_revokes");
}

static void test_revokes(void)
{
    is_number(
        RIGHTS(FLAVOR_MYSQL, "app", "GRANT SELECT, SHOW VIEW, EVENT, TRIGGER ON *.* TO `u`@`%`"),
        ALL_RIGHTS, "everywhere");
    is_number(RIGHTS(FLAVOR_MYSQL, "app",
                     "GRANT SELECT, SHOW VIEW, EVENT, TRIGGER ON *.* TO `u`@`%`",
                     "REVOKE SELECT ON `app`.* FROM `u`@`%`"),
              ALL_RIGHTS & ~RIGHT_SELECT, "… but not here");
    is_number(RIGHTS(FLAVOR_MYSQL, "app",
                     "GRANT SELECT, SHOW VIEW, EVENT, TRIGGER ON *.* TO `u`@`%`",
                     "REVOKE SELECT ON `mysql`.* FROM `u`@`%`"),
              ALL_RIGHTS, "… or elsewhere");
}

int main(void)
{
    test_whole();
    test_missing();
    test_patterns();
    test_revokes();
    return done_testing();
}
