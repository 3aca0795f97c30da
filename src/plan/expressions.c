/*
 * Parses expressions by MySQL's grammar and precedence ("Operator Precedence" in its manual) and
 * puts them together in PostgreSQL's words on the way. What the pieces mean is values.c's matter.
 */
#include "plan/view.h"

/* Longer ones are for people; it also bounds what hostile text can cost. */
#define MAX_EXPRESSION_BYTES 4096
#define MAX_CASE_SUBJECT 512

bool cannot(struct translation *t, const char *format, ...)
{
    if (t->why.len == 0) {
        struct buf why = BUF_INIT(4 * KIB, "reason");
        va_list args;

        va_start(args, format);
        buf_add_vformat(&why, format, args);
        va_end(args);
        t->why = arena_str(t->arena, buf_str(&why));
        buf_free(&why);
    }
    return false;
}

/* ---- tokens ---------------------------------------------------------------------------------- */

const struct token *next_token(const struct translation *t)
{
    return &t->tokens[t->at];
}

bool is_word(const struct token *token, const char *word)
{
    return token->kind == TOKEN_WORD && str_equal_nocase(token->text, str_of(word));
}

bool is_sign(const struct token *token, const char *sign)
{
    return token->kind == TOKEN_SIGN && str_equal_c(token->text, sign);
}

bool take_word(struct translation *t, const char *word)
{
    bool found = is_word(next_token(t), word);

    t->at += found;
    return found;
}

bool take_sign(struct translation *t, const char *sign)
{
    bool found = is_sign(next_token(t), sign);

    t->at += found;
    return found;
}

bool need_sign(struct translation *t, const char *sign)
{
    if (take_sign(t, sign))
        return true;
    if (next_token(t)->kind == TOKEN_SIGN)
        return cannot(t, "\"" STR_FMT "\" is not translated", STR_ARG(next_token(t)->text));
    return cannot(t, "\"" STR_FMT "\" stands where \"%s\" should", STR_ARG(next_token(t)->text),
                  sign);
}

bool need_word(struct translation *t, const char *word)
{
    return take_word(t, word) ||
           cannot(t, "\"" STR_FMT "\" stands where %s should", STR_ARG(next_token(t)->text), word);
}

/* ---- operands -------------------------------------------------------------------------------- */

static bool parse_number(struct translation *t, struct str digits, struct value *ret_value)
{
    struct value value = {.sql = digits, .literal = digits};
    size_t point = str_find(digits, '.', 0);

    if (str_find(digits, 'e', 0) < digits.len || str_find(digits, 'E', 0) < digits.len) {
        value.kind = VALUE_FLOAT;
        value.sql = arena_format(t->arena, "'" STR_FMT "'::double precision", STR_ARG(digits));
    } else if (point < digits.len || digits.len > 18) {
        value.kind = VALUE_DECIMAL;
        value.precision = (uint32_t)digits.len;
        value.scale = point < digits.len ? (uint32_t)(digits.len - point - 1) : 0;
    } else {
        value.kind = VALUE_INT;
        value.precision = (uint32_t)digits.len;
    }
    *ret_value = value;
    return true;
}

static bool is_ascii(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] >= 0x80)
            return false;
    return true;
}

static bool parse_string(struct translation *t, const struct token *token, struct value *ret_value)
{
    struct str introducer = token->introducer;
    bool is_utf8 = introducer.len == 0 || str_starts_with(introducer, STR("utf8"));

    if (!is_utf8 && !is_ascii(token->text))
        return cannot(t, "it holds text in the character set " STR_FMT, STR_ARG(introducer));
    *ret_value = (struct value){.kind = VALUE_LITERAL, .literal = token->text};
    ret_value->sql =
        arena_format(t->arena, STR_FMT "::text", STR_ARG(quoted_literal(t->arena, token->text)));
    return true;
}

/* DATE'2020-01-01', TIMESTAMP'…', TIME'…' */
static bool parse_typed_string(struct translation *t, struct value *ret_value)
{
    struct target_type type = {.kind = TARGET_DATE, .fraction = 6};

    *ret_value = (struct value){.kind = VALUE_DATE};
    if (is_word(next_token(t), "timestamp")) {
        *ret_value = (struct value){.kind = VALUE_TIMESTAMP};
        type.kind = TARGET_TIMESTAMP;
    } else if (is_word(next_token(t), "time")) {
        *ret_value = (struct value){.kind = VALUE_INTERVAL};
        type.kind = TARGET_INTERVAL;
    }
    t->at++;
    if (!literal_of_type(t->arena, next_token(t)->text, &type, &ret_value->sql))
        return cannot(t, "PostgreSQL does not know the day or time '" STR_FMT "'",
                      STR_ARG(next_token(t)->text));
    t->at++;
    return true;
}

static bool parse_bytes(struct translation *t, const struct token *token, struct value *ret_value)
{
    const char *odd = token->text.len % 2 == 1 ? "0" : "";

    *ret_value = (struct value){.kind = VALUE_BYTES};
    ret_value->sql = arena_format(t->arena, "'\\x%s" STR_FMT "'::bytea", odd, STR_ARG(token->text));
    return true;
}

/* CASE [value] WHEN … THEN … [ELSE …] END; both forms become the one with conditions. */
struct case_parts {
    struct str conditions[MAX_EXPRESSION_ARGUMENTS];
    struct value results[MAX_EXPRESSION_ARGUMENTS + 1];
    size_t count;
    struct value united;
};

static struct str write_case(struct translation *t, const struct case_parts *parts)
{
    struct str sql = STR("(CASE");

    for (size_t i = 0; i < parts->count; i++)
        sql = arena_format(t->arena, STR_FMT " WHEN " STR_FMT " THEN " STR_FMT, STR_ARG(sql),
                           STR_ARG(parts->conditions[i]),
                           STR_ARG(value_united_sql(t, &parts->results[i], &parts->united)));
    return arena_format(
        t->arena, STR_FMT " ELSE " STR_FMT " END)", STR_ARG(sql),
        STR_ARG(value_united_sql(t, &parts->results[parts->count], &parts->united)));
}

static bool parse_case(struct translation *t, struct value *ret_value)
{
    struct case_parts *parts = ARENA_NEW(t->arena, struct case_parts);
    struct value subject = {0}, condition;
    bool has_subject = !is_word(next_token(t), "when");

    if (has_subject && !parse_expression(t, &subject))
        return false;
    /* It is written once a branch; CASEs within CASEs would multiply it. */
    if (subject.sql.len > MAX_CASE_SUBJECT)
        return cannot(t, "the value of its CASE is too long");
    while (take_word(t, "when")) {
        if (parts->count == MAX_EXPRESSION_ARGUMENTS)
            return cannot(t, "it has more than %d branches", MAX_EXPRESSION_ARGUMENTS);
        if (!parse_expression(t, &condition) ||
            (has_subject && !value_compare(t, STR("="), &subject, &condition, &condition)) ||
            !value_condition(t, &condition, &parts->conditions[parts->count]) ||
            !need_word(t, "then") || !parse_expression(t, &parts->results[parts->count]) ||
            !value_unite(t, &parts->united, &parts->results[parts->count]))
            return false;
        parts->count++;
    }
    parts->results[parts->count] = (struct value){.kind = VALUE_NULL, .sql = STR("NULL")};
    if (take_word(t, "else") && (!parse_expression(t, &parts->results[parts->count]) ||
                                 !value_unite(t, &parts->united, &parts->results[parts->count])))
        return false;
    if (!need_word(t, "end"))
        return false;
    parts->united.sql = write_case(t, parts);
    *ret_value = parts->united;
    return true;
}

/* CAST(x AS type), CONVERT(x USING charset): the words of the type up to the parenthesis. */
static bool parse_cast(struct translation *t, const char *joint, struct value *ret_value)
{
    struct value value;
    struct str type = STR("");

    if (!need_sign(t, "(") || !parse_expression(t, &value) || !need_word(t, joint))
        return false;
    for (; !is_sign(next_token(t), ")"); t->at++) {
        if (next_token(t)->kind != TOKEN_WORD)
            return cannot(t, "it converts to a type that is not translated");
        type = arena_format(t->arena, STR_FMT "%s" STR_FMT, STR_ARG(type), type.len > 0 ? " " : "",
                            STR_ARG(next_token(t)->text));
    }
    t->at++;
    return value_cast(t, &value, type, ret_value);
}

/* IF(condition, a, b): its first argument is a condition, unlike a function's. */
static bool parse_if(struct translation *t, struct value *ret_value)
{
    struct case_parts *parts = ARENA_NEW(t->arena, struct case_parts);
    struct value condition;

    parts->count = 1;
    if (!need_sign(t, "(") || !parse_expression(t, &condition) ||
        !value_condition(t, &condition, &parts->conditions[0]) || !need_sign(t, ",") ||
        !parse_expression(t, &parts->results[0]) ||
        !value_unite(t, &parts->united, &parts->results[0]) || !need_sign(t, ",") ||
        !parse_expression(t, &parts->results[1]) ||
        !value_unite(t, &parts->united, &parts->results[1]) || !need_sign(t, ")"))
        return false;
    parts->united.sql = write_case(t, parts);
    *ret_value = parts->united;
    return true;
}

static bool parse_call(struct translation *t, struct str function, struct value *ret_value)
{
    struct value *arguments = ARENA_ARRAY(t->arena, MAX_EXPRESSION_ARGUMENTS, struct value);
    size_t count = 0;

    if (!need_sign(t, "("))
        return false;
    while (!take_sign(t, ")")) {
        if (count == MAX_EXPRESSION_ARGUMENTS)
            return cannot(t, "it has more than %d arguments", MAX_EXPRESSION_ARGUMENTS);
        if ((count > 0 && !need_sign(t, ",")) || !parse_expression(t, &arguments[count++]))
            return false;
    }
    return value_call(t, function, arguments, count, ret_value);
}

static bool parse_word(struct translation *t, struct value *ret_value)
{
    const struct token *token = next_token(t);
    bool is_typed_string =
        t->tokens[t->at + 1].kind == TOKEN_STRING && t->tokens[t->at + 1].introducer.len == 0;

    if (is_typed_string &&
        (is_word(token, "date") || is_word(token, "time") || is_word(token, "timestamp")))
        return parse_typed_string(t, ret_value);
    t->at++;
    if (t->view != NULL) {
        bool known;
        if (!view_parse_call(t, token->text, &known, ret_value))
            return false;
        if (known)
            return true;
    }
    if (is_word(token, "null")) {
        *ret_value = (struct value){.kind = VALUE_NULL, .sql = STR("NULL")};
        return true;
    }
    if (is_word(token, "true") || is_word(token, "false"))
        return parse_number(t, is_word(token, "true") ? STR("1") : STR("0"), ret_value);
    if (is_word(token, "case"))
        return parse_case(t, ret_value);
    if (is_word(token, "cast"))
        return parse_cast(t, "as", ret_value);
    if (is_word(token, "convert"))
        return parse_cast(t, "using", ret_value);
    if (is_word(token, "if"))
        return parse_if(t, ret_value);
    if (is_sign(next_token(t), "("))
        return parse_call(t, token->text, ret_value);
    return cannot(t, STR_FMT " is not translated", STR_ARG(token->text));
}

static bool parse_operand(struct translation *t, struct value *ret_value)
{
    const struct token *token = next_token(t);

    switch (token->kind) {
    case TOKEN_NAME:
        if (t->view != NULL)
            return view_parse_column(t, ret_value);
        t->at++;
        return value_of_column(t, token->text, ret_value);
    case TOKEN_WORD:
        return parse_word(t, ret_value);
    case TOKEN_NUMBER:
        t->at++;
        return parse_number(t, token->text, ret_value);
    case TOKEN_STRING:
        t->at++;
        return parse_string(t, token, ret_value);
    case TOKEN_HEX:
        t->at++;
        return parse_bytes(t, token, ret_value);
    case TOKEN_SIGN:
        if (take_sign(t, "(")) {
            if (t->view != NULL && view_starts_query(t, t->at))
                return view_parse_scalar(t, ret_value);
            return parse_expression(t, ret_value) && need_sign(t, ")");
        }
        return cannot(t, "\"" STR_FMT "\" is not translated", STR_ARG(token->text));
    case TOKEN_BITS:
        return cannot(t, "bit literals are not translated");
    case TOKEN_END:
        break;
    }
    return cannot(t, "it ends too soon");
}

/* ---- operators, tightest first --------------------------------------------------------------- */

static bool negate_condition(struct translation *t, const struct value *value,
                             struct value *ret_value)
{
    struct str condition;

    if (!value_condition(t, value, &condition))
        return false;
    *ret_value = (struct value){.kind = VALUE_BOOL};
    ret_value->sql = arena_format(t->arena, "(NOT " STR_FMT ")", STR_ARG(condition));
    return true;
}

/* `x` COLLATE name: other strings are equal then. */
static bool parse_collation(struct translation *t, struct value *value)
{
    struct source_type type = {.kind = SOURCE_VARCHAR, .collation = next_token(t)->text};

    if (t->view == NULL || next_token(t)->kind != TOKEN_WORD || !view_is_text(value))
        return cannot(t, "COLLATE is not translated");
    t->at++;
    value->kind = VALUE_TEXT;
    value->literal = STR_NULL;
    value->equality = text_equality_of(&type);
    return true;
}

/* Every operand passes here: what hostile text can cost ends here, too. */
static bool is_too_much(const struct translation *t)
{
    return t->depth >= MAX_EXPRESSION_DEPTH || t->arena->used > LIMIT_RUN_ARENA / 4;
}

static bool parse_unary(struct translation *t, struct value *ret_value)
{
    struct value value;
    bool parsed;

    if (is_too_much(t))
        return cannot(t, "it is nested too deeply");
    t->depth++;
    if (take_sign(t, "-"))
        parsed = parse_unary(t, &value) && value_negate(t, &value, ret_value);
    else if (take_sign(t, "!"))
        parsed = parse_unary(t, &value) && negate_condition(t, &value, ret_value);
    else
        parsed = parse_operand(t, ret_value);
    while (parsed && take_word(t, "collate"))
        parsed = parse_collation(t, ret_value);
    t->depth--;
    return parsed;
}

/* The character value_arithmetic() knows the next operator by, 0 when there is none of them. */
static char term_sign(const struct translation *t)
{
    if (is_word(next_token(t), "div"))
        return 'd';
    if (is_sign(next_token(t), "%") || is_word(next_token(t), "mod"))
        return '%';
    if (is_sign(next_token(t), "*"))
        return '*';
    return is_sign(next_token(t), "/") ? '/' : '\0';
}

static bool parse_term(struct translation *t, struct value *ret_value)
{
    struct value left, right;

    if (!parse_unary(t, &left))
        return false;
    for (char sign; (sign = term_sign(t)) != '\0';) {
        t->at++;
        if (!parse_unary(t, &right) || !value_arithmetic(t, sign, &left, &right, &left))
            return false;
    }
    *ret_value = left;
    return true;
}

static bool parse_sum(struct translation *t, struct value *ret_value)
{
    struct value left, right;

    if (!parse_term(t, &left))
        return false;
    while (is_sign(next_token(t), "+") || is_sign(next_token(t), "-")) {
        char sign = next_token(t)->text.ptr[0];
        t->at++;
        if (t->view != NULL && is_word(next_token(t), "interval")) {
            if (!view_parse_interval(t, sign, &left))
                return false;
            continue;
        }
        if (!parse_term(t, &right) || !value_arithmetic(t, sign, &left, &right, &left))
            return false;
    }
    *ret_value = left;
    return true;
}

/* IS [NOT] NULL | TRUE | FALSE | UNKNOWN */
static bool parse_is(struct translation *t, const struct value *left, struct value *ret_value)
{
    const char *negation = take_word(t, "not") ? "NOT " : "";
    const char *words[] = {"NULL", "TRUE", "FALSE", "UNKNOWN"};
    struct str sql = left->sql;
    size_t i = 0;

    while (i < COUNT_OF(words) && !take_word(t, words[i]))
        i++;
    if (i == COUNT_OF(words))
        return cannot(t, "IS " STR_FMT " is not translated", STR_ARG(next_token(t)->text));
    if (i > 0 && !value_condition(t, left, &sql))
        return false;
    *ret_value = (struct value){.kind = VALUE_BOOL};
    ret_value->sql =
        arena_format(t->arena, "(" STR_FMT " IS %s%s)", STR_ARG(sql), negation, words[i]);
    return true;
}

static bool parse_in(struct translation *t, const struct value *left, bool negated,
                     struct value *ret_value)
{
    struct value *list = NULL;
    size_t count = 0, capacity = 0;

    if (!need_sign(t, "("))
        return false;
    if (t->view != NULL && view_starts_query(t, t->at))
        return view_parse_in(t, left, negated, ret_value);
    do {
        if (!parse_expression(t, ARENA_PUSH(t->arena, list, count, capacity)))
            return false;
    } while (take_sign(t, ","));
    return need_sign(t, ")") && value_in(t, left, list, count, negated, ret_value);
}

static bool parse_between(struct translation *t, const struct value *left, bool negated,
                          struct value *ret_value)
{
    struct value from, to;

    return parse_sum(t, &from) && need_word(t, "and") && parse_sum(t, &to) &&
           value_between(t, left, &from, &to, negated, ret_value);
}

static bool is_comparison(const struct token *token)
{
    static const char *const signs[] = {"=", "<=>", "<>", "!=", "<", "<=", ">", ">="};

    for (size_t i = 0; i < COUNT_OF(signs); i++)
        if (is_sign(token, signs[i]))
            return true;
    return false;
}

static bool parse_comparison(struct translation *t, struct value *left)
{
    struct str sign = next_token(t)->text;
    struct value right;

    t->at++;
    if (t->view != NULL && (is_word(next_token(t), "all") || is_word(next_token(t), "any") ||
                            is_word(next_token(t), "some")))
        return view_parse_quantified(t, sign, left, left);
    return parse_sum(t, &right) && value_compare(t, sign, left, &right, left);
}

static bool parse_predicate(struct translation *t, struct value *ret_value)
{
    struct value left, right;

    if (!parse_sum(t, &left))
        return false;
    for (bool more = true; more;) {
        bool negated = is_word(next_token(t), "not");
        t->at += negated;
        if (take_word(t, "in")) {
            more = parse_in(t, &left, negated, &left);
        } else if (take_word(t, "between")) {
            more = parse_between(t, &left, negated, &left);
        } else if (take_word(t, "like")) {
            more = parse_sum(t, &right) && value_like(t, &left, &right, negated, &left);
        } else if (negated) {
            return cannot(t, "NOT " STR_FMT " is not translated", STR_ARG(next_token(t)->text));
        } else if (take_word(t, "is")) {
            more = parse_is(t, &left, &left);
        } else if (is_comparison(next_token(t))) {
            more = parse_comparison(t, &left);
        } else {
            break;
        }
        if (!more)
            return false;
    }
    *ret_value = left;
    return true;
}

static bool parse_not(struct translation *t, struct value *ret_value)
{
    struct value value;
    bool parsed;

    if (!take_word(t, "not"))
        return parse_predicate(t, ret_value);
    if (t->depth == MAX_EXPRESSION_DEPTH)
        return cannot(t, "it is nested too deeply");
    t->depth++;
    parsed = parse_not(t, &value) && negate_condition(t, &value, ret_value);
    t->depth--;
    return parsed;
}

/* AND, XOR and OR take conditions on both sides and are alike but for their word. */
static bool join_conditions(struct translation *t, struct value *left, const char *sql_sign,
                            const struct value *right)
{
    struct str a, b;

    if (!value_condition(t, left, &a) || !value_condition(t, right, &b))
        return false;
    *left = (struct value){.kind = VALUE_BOOL};
    left->sql =
        arena_format(t->arena, "(" STR_FMT " %s " STR_FMT ")", STR_ARG(a), sql_sign, STR_ARG(b));
    return true;
}

static bool parse_and(struct translation *t, struct value *ret_value)
{
    struct value left, right;

    if (!parse_not(t, &left))
        return false;
    while (take_word(t, "and") || take_sign(t, "&&"))
        if (!parse_not(t, &right) || !join_conditions(t, &left, "AND", &right))
            return false;
    *ret_value = left;
    return true;
}

static bool parse_xor(struct translation *t, struct value *ret_value)
{
    struct value left, right;

    if (!parse_and(t, &left))
        return false;
    while (take_word(t, "xor"))
        if (!parse_and(t, &right) || !join_conditions(t, &left, "<>", &right))
            return false;
    *ret_value = left;
    return true;
}

bool parse_expression(struct translation *t, struct value *ret_value)
{
    struct value left, right;

    if (t->depth == MAX_EXPRESSION_DEPTH)
        return cannot(t, "it is nested too deeply");
    t->depth++;
    if (!parse_xor(t, &left))
        return false;
    while (take_word(t, "or"))
        if (!parse_xor(t, &right) || !join_conditions(t, &left, "OR", &right))
            return false;
    t->depth--;
    *ret_value = left;
    return true;
}

bool translate_expression(struct planner *p, const struct planned_table *table, struct str text,
                          enum expression_use use, struct value *ret_value, struct str *ret_why)
{
    CLEANUP(arena_free) struct arena scratch = ARENA_INIT(LIMIT_RUN_ARENA, "expression");
    struct translation t = {.arena = &scratch, .planner = p, .table = table, .use = use};
    struct token *tokens;
    struct value value;
    size_t count;
    bool done = false;

    if (text.len > MAX_EXPRESSION_BYTES) {
        cannot(&t, "it is longer than %d bytes", MAX_EXPRESSION_BYTES);
    } else if (!tokenize(&scratch, text, &tokens, &count)) {
        cannot(&t, "it holds something that is not translated");
    } else {
        t.tokens = tokens;
        done = parse_expression(&t, &value);
        if (done && next_token(&t)->kind != TOKEN_END)
            done = cannot(&t, "\"" STR_FMT "\" is not translated", STR_ARG(next_token(&t)->text));
    }
    if (!done) {
        *ret_why = arena_str(p->arena, t.why);
        return false;
    }
    value.sql = arena_str(p->arena, value.sql);
    value.literal = arena_str(p->arena, value.literal);
    *ret_value = value;
    return true;
}
