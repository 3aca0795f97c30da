/*
 * plan.json and its digest. Both are the same JSON with sorted keys: the file indented, the digest
 * over the compact form without itself. It is written part by part, and looks as jansson would
 * have written it whole.
 */
#include <openssl/evp.h>

#include "plan/plan_json.h"

#define LIST_DEPTH 2 /* of the members of a list in the outermost object */

struct emitter {
    bool is_indented;
    json_dump_callback_t write;
    void *to;
    size_t depth; /* what is dumped now stands so deep */
    bool is_first;
    struct writer writer;
};

static void emit_text(struct emitter *e, const char *text)
{
    if (e->write(text, strlen(text), e->to) != 0)
        e->writer.failed = true;
}

static void emit_line(struct emitter *e, size_t depth)
{
    if (!e->is_indented)
        return;
    emit_text(e, "\n");
    while (depth-- > 0)
        emit_text(e, "  ");
}

/* What jansson dumps begins at depth 0; line ends are in it only where it breaks lines itself. */
static int emit_deeper(const char *bytes, size_t len, void *emitter)
{
    struct emitter *e = emitter;

    for (size_t from = 0; from < len;) {
        size_t to = str_find((struct str){bytes, len}, '\n', from);
        if (to > from && e->write(bytes + from, to - from, e->to) != 0)
            return -1;
        if (to < len)
            emit_line(e, e->depth);
        from = to + 1;
    }
    return e->writer.failed ? -1 : 0;
}

static void emit_value(struct emitter *e, size_t depth, json_t *value)
{
    size_t flags = JSON_SORT_KEYS | JSON_ENCODE_ANY;

    flags |= e->is_indented ? JSON_INDENT(2) : JSON_COMPACT;
    e->depth = depth;
    if (value == NULL || json_dump_callback(value, emit_deeper, e, flags) != 0)
        e->writer.failed = true;
    json_decref(value);
}

static void emit_key(struct emitter *e, const char *key)
{
    emit_text(e, e->is_first ? "" : ",");
    e->is_first = false;
    emit_line(e, 1);
    emit_text(e, "\"");
    emit_text(e, key);
    emit_text(e, e->is_indented ? "\": " : "\":");
}

static void emit_member(struct emitter *e, const char *key, json_t *value)
{
    emit_key(e, key);
    emit_value(e, 1, value);
}

static void emit_list(struct emitter *e, const char *key, const struct plan *plan, size_t count,
                      json_t *(*make)(struct writer *, const struct plan *, size_t))
{
    emit_key(e, key);
    emit_text(e, "[");
    for (size_t i = 0; i < count && !e->writer.failed; i++) {
        emit_text(e, i > 0 ? "," : "");
        emit_line(e, LIST_DEPTH);
        emit_value(e, LIST_DEPTH, make(&e->writer, plan, i));
    }
    if (count > 0)
        emit_line(e, 1);
    emit_text(e, "]");
}

/* The keys in their order. */
static void emit_plan(struct emitter *e, const struct plan *plan, bool with_digest)
{
    e->is_first = true;
    emit_text(e, "{");
    if (plan->collation_count > 0)
        emit_list(e, "collations", plan, plan->collation_count, collation_json);
    if (with_digest)
        emit_member(e, "digest", json_stringn(plan->digest.ptr, plan->digest.len));
    if (plan->enum_count > 0)
        emit_list(e, "enums", plan, plan->enum_count, enum_json);
    emit_list(e, "findings", plan, plan->findings.count, finding_json);
    emit_list(e, "objects", plan, plan->catalog->object_count, object_json);
    emit_member(e, "options", options_json(&e->writer, plan->options));
    emit_member(e, "pgconverge_plan", json_integer(PLAN_FORMAT));
    emit_member(e, "program", json_string(PGCONVERGE_VERSION));
    if (plan->sequence_count > 0)
        emit_list(e, "sequences", plan, plan->sequence_count, sequence_json);
    emit_member(e, "source", source_json(&e->writer, plan));
    emit_list(e, "tables", plan, plan->table_count, table_json);
    emit_line(e, 0);
    emit_text(e, "}");
}

/* ---- the digest ------------------------------------------------------------------------------ */

static int add_to_hash(const char *bytes, size_t len, void *hash)
{
    return EVP_DigestUpdate(hash, bytes, len) == 1 ? 0 : -1;
}

static EVP_MD_CTX *new_hash(void)
{
    EVP_MD_CTX *hash = EVP_MD_CTX_new();

    if (hash != NULL && EVP_DigestInit_ex(hash, EVP_sha256(), NULL) == 1)
        return hash;
    EVP_MD_CTX_free(hash);
    return NULL;
}

static struct error *end_hash(EVP_MD_CTX *hash, bool failed, char ret_hex[65])
{
    unsigned char digest[SHA256_BYTES];

    failed = failed || hash == NULL || EVP_DigestFinal_ex(hash, digest, NULL) != 1;
    EVP_MD_CTX_free(hash);
    if (failed)
        return error_new(PGC_NO_MEMORY, "no memory for the digest of plan.json");
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(ret_hex + 2 * i, 3, "%02x", digest[i]);
    return NULL;
}

struct error *digest_plan(const struct plan *plan, char ret_hex[65])
{
    EVP_MD_CTX *hash = new_hash();
    struct emitter e = {.write = add_to_hash, .to = hash};

    if (hash != NULL)
        emit_plan(&e, plan, false);
    return end_hash(hash, e.writer.failed, ret_hex);
}

struct error *digest_json(const json_t *object, char ret_hex[65])
{
    EVP_MD_CTX *hash = new_hash();
    bool failed = hash == NULL ||
                  json_dump_callback(object, add_to_hash, hash, JSON_SORT_KEYS | JSON_COMPACT) != 0;

    return end_hash(hash, failed, ret_hex);
}

/* ---- the file -------------------------------------------------------------------------------- */

static int add_to_buf(const char *bytes, size_t len, void *buf)
{
    buf_add(buf, bytes, len);
    return 0;
}

struct error *plan_print_json(const struct plan *plan, struct buf *json)
{
    struct emitter e = {
        .is_indented = true, .write = add_to_buf, .to = json, .writer = {.with_limits = true}};

    emit_plan(&e, plan, true);
    if (e.writer.failed)
        return error_new(PGC_NO_MEMORY, "no memory for plan.json");
    buf_add_char(json, '\n');
    return buf_error(json);
}
