#include "base/limits.h"
#include "cli/commands.h"
#include "cli/output.h"

#include <yaml.h>

struct library {
    const char *name;
    const char *version;
};

struct error *cmd_version(const struct cli_options *options)
{
    const struct library libraries[] = {
        {"libmariadb", PGCONVERGE_LIBMARIADB},
        {"libpq", PGCONVERGE_LIBPQ},
        {"libyaml", yaml_get_version_string()},
        {"jansson", jansson_version_str()},
    };
    CLEANUP(buf_free) struct buf text = BUF_INIT(64 * KIB, "version");

    if (options->format == FORMAT_JSON) {
        json_t *document = json_pack("{s:s}", "version", PGCONVERGE_VERSION);
        json_t *versions = json_object();
        for (size_t i = 0; i < COUNT_OF(libraries); i++)
            json_object_set_new(versions, libraries[i].name, json_string(libraries[i].version));
        json_object_set_new(document, "libraries", versions);
        return output_json(document);
    }
    buf_add_format(&text, "pgconverge %s\n", PGCONVERGE_VERSION);
    for (size_t i = 0; i < COUNT_OF(libraries); i++)
        buf_add_format(&text, "  %-11s %s\n", libraries[i].name, libraries[i].version);
#ifdef PGCONVERGE_CRASH_POINTS
    buf_add_c(&text, "  a test build: it can be made to crash\n");
#endif
    return output_text(buf_str(&text));
}
