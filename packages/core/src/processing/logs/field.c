/* SPDX-License-Identifier: Apache-2.0 */
#include "processing/logs/field.h"

#include "processing/logs/chars.h"

#define TAG_MAX 64
#define BRACKET_MAX 400
#define PIPE_MAX 64
#define COLUMN_BLANKS 3

static void look(struct fm_logs_header_field *f, const char *at)
{
    if (at >= f->far)
        f->far = at + 1;
}

static bool is_blank_at(const char *p, const char *end)
{
    return p >= end || fm_ch_is_space(*p);
}

static const char *skip_blanks(const char *p, const char *end)
{
    while (p < end && fm_ch_is_space(*p))
        p++;
    return p;
}

static bool field(struct fm_logs_header_field *f, enum fm_logs_field_kind kind, fm_str text,
                  const char *next)
{
    f->kind = kind;
    f->text = text;
    f->next = next;
    look(f, next);
    return true;
}

static bool try_separator(const char *p, const char *end, struct fm_logs_header_field *f)
{
    const char *q = p;
    while (q < end && (fm_ch2(*q) & FM_CH2_SEPARATOR))
        q++;
    look(f, q);
    if (q == p || q - p > 3 || !is_blank_at(q, end))
        return false;
    return field(f, FM_LOGS_FIELD_SEPARATOR, fm_str_n(p, (size_t)(q - p)), skip_blanks(q, end));
}

static char closing(char c)
{
    return c == '[' ? ']' : c == '(' ? ')' : c == '<' ? '>' : c == '{' ? '}' : '\0';
}

/* The same with brackets of its kind inside. */
static const char *nested_end(const char *p, const char *limit, struct fm_logs_header_field *f)
{
    char close = closing(*p);
    unsigned depth = 0;
    const char *q = p;
    for (; q < limit; q++) {
        if (*q == *p && ++depth > 3)
            break;
        if (*q == close && --depth == 0) {
            look(f, q + 1);
            return q + 1;
        }
    }
    look(f, q);
    return NULL;
}

/* End of the bracket group at p (behind the closing one), or NULL. */
static const char *bracket_end(const char *p, const char *end, struct fm_logs_header_field *f)
{
    char close = closing(*p);
    const char *limit = end - p > BRACKET_MAX ? p + BRACKET_MAX : end;
    if (!close)
        return NULL;
    const char *q = memchr(p + 1, close, (size_t)(limit - p - 1));
    if (!q || memchr(p + 1, *p, (size_t)(q - p - 1)))
        return nested_end(p, limit, f);
    look(f, q + 1);
    return q + 1;
}

/* What may stand between two fields without a blank. */
static bool is_joint(char c)
{
    return c == ',' || c == '|' || c == ':';
}

static bool try_bracket(const char *p, const char *end, struct fm_logs_header_field *f)
{
    const char *q = bracket_end(p, end, f);
    if (!q)
        return false;
    fm_str inside = fm_str_trim(fm_str_n(p + 1, (size_t)(q - p - 2)));
    f->level = fm_logs_level_word(inside);
    if (!f->level && !is_blank_at(q, end) && !is_joint(*q) && *q != '[' && *q != '(')
        return false;
    if (q < end && is_joint(*q))
        q++;
    return field(f, f->level ? FM_LOGS_FIELD_LEVEL : FM_LOGS_FIELD_BRACKET, inside,
                 skip_blanks(q, end));
}

static bool try_int(const char *p, const char *end, struct fm_logs_header_field *f)
{
    const char *q = p + (*p == '#' || *p == '-');
    const char *digits = q;
    while (q < end && fm_ch_is_digit(*q))
        q++;
    look(f, q);
    if (q == digits || q - digits > 20 || !is_blank_at(q, end))
        return false;
    return field(f, FM_LOGS_FIELD_INT, fm_str_n(digits, (size_t)(q - digits)), skip_blanks(q, end));
}

static bool is_tag_char(char c)
{
    return (fm_ch2(c) & FM_CH2_TAG) != 0;
}

/* "[123]" or "(x)" at p: its end and inside; p itself when there is none. */
static const char *tag_bracket(const char *p, const char *end, struct fm_logs_header_field *f)
{
    if (p >= end || (*p != '[' && *p != '('))
        return p;
    const char *q = bracket_end(p, end, f);
    if (!q || q - p > TAG_MAX)
        return p;
    f->pid = fm_str_n(p + 1, (size_t)(q - p - 2));
    return q;
}

/* A word of a header, looked at once for all that it may be. */
struct token {
    const char *letters; /* end of the letters and digits that it begins with */
    const char *name;    /* end of what may be the name of a tag */
    bool has_dot;        /* before the last byte of the name */
    bool has_other;      /* "/" or "::" in the name, or no letter at its beginning */
};

static bool may_begin_name(char c)
{
    return (fm_ch(c) & (FM_CH_ALPHA | FM_CH_WORDX)) || c == '/' || c == '-';
}

/* Names of tags are words joined by . / * - @ + and "::"; [p, q) is one already. */
static void read_name(const char *q, const char *limit, const char *end, struct token *t)
{
    const char *dot = end;
    while (q < limit) {
        if (is_tag_char(*q)) {
            dot = *q == '.' && dot == end ? q : dot;
            t->has_other |= *q == '/';
            q++;
        } else if (*q == ':' && end - q > 2 && q[1] == ':' && fm_ch_is_word(q[2])) {
            t->has_other = true;
            q += 2;
        } else {
            break;
        }
    }
    t->name = q;
    t->has_dot = dot + 1 < q;
}

static void read_token(const char *p, const char *end, struct token *t)
{
    const char *q = p, *limit = end - p > TAG_MAX ? p + TAG_MAX : end;
    while (q < limit && (fm_ch(*q) & (FM_CH_ALPHA | FM_CH_DIGIT)))
        q++;
    *t = (struct token){.letters = q, .name = p, .has_other = !(fm_ch(*p) & FM_CH_ALPHA)};
    if (may_begin_name(*p))
        read_name(q, limit, end, t);
}

/* ":23" of file.go:23, or " 1.2" of "syslogd 1.2", before the colon that ends a tag. */
static const char *tag_number(const char *q, const char *end, struct fm_logs_header_field *f)
{
    look(f, q + 2);
    if (end - q < 3 || (*q != ':' && *q != ' ') || !fm_ch_is_digit(q[1]))
        return q;
    const char *p = q + 1;
    while (p < end && (fm_ch_is_digit(*p) || (*q == ' ' && *p == '.')))
        p++;
    look(f, p);
    return p < end && *p == ':' ? p : q;
}

static bool try_tag(const char *p, const char *end, const struct token *t,
                    struct fm_logs_header_field *f)
{
    const char *q = t->name;
    fm_str name = fm_str_n(p, (size_t)(q - p));
    if (!name.len)
        return false;
    f->pid = FM_STR_NULL;
    q = tag_bracket(q, end, f);
    q = tag_bracket(q, end, f);
    q = tag_number(q, end, f);
    const char *padded = q;
    while (padded < end && *padded == ' ')
        padded++;
    if (padded > q && padded < end && *padded == ':')
        q = padded; /* name   : */
    look(f, padded + 1);
    /* "]" ends a tag whose "[" stands before the time: [time LEVEL name] */
    if (q >= end || (*q != ':' && *q != ']') || !is_blank_at(q + 1, end))
        return false;
    return field(f, FM_LOGS_FIELD_TAG, name, skip_blanks(q + 1, end));
}

static bool try_level_word(const char *p, const char *end, const struct token *t,
                           struct fm_logs_header_field *f)
{
    const char *q = t->letters;
    look(f, q);
    f->level = fm_logs_level_word(fm_str_n(p, (size_t)(q - p)));
    if (!f->level)
        return false;
    const char *next = q;
    if (next < end && is_joint(*next))
        next++;
    else if (!is_blank_at(next, end) && *next != '[')
        return false;
    return field(f, FM_LOGS_FIELD_LEVEL, fm_str_n(p, (size_t)(q - p)), skip_blanks(next, end));
}

/* "D WindowManager: ..." */
static bool try_level_letter(const char *p, const char *end, struct fm_logs_header_field *f)
{
    look(f, p + 3);
    if (end - p < 4 || p[1] != ' ' || !(f->level = fm_logs_level_letter(*p)))
        return false;
    struct fm_logs_header_field tag = {.far = p};
    const char *q = skip_blanks(p + 1, end);
    look(f, q);
    struct token t;
    if (q >= end)
        return false;
    read_token(q, end, &t);
    bool is_tag = try_tag(q, end, &t, &tag);
    look(f, tag.far);
    if (!is_tag)
        return false;
    return field(f, FM_LOGS_FIELD_LEVEL, fm_str_n(p, 1), q);
}

static bool try_pipe(const char *p, const char *end, struct fm_logs_header_field *f)
{
    const char *q = p, *limit = end - p > PIPE_MAX ? p + PIPE_MAX : end;
    while (q < limit && *q != ' ' && *q != '|')
        q++;
    fm_str text = fm_str_trim(fm_str_n(p, (size_t)(q - p)));
    q = skip_blanks(q, limit);
    look(f, q);
    if (q >= limit || *q != '|')
        return false;
    return field(f, FM_LOGS_FIELD_PIPE, text, skip_blanks(q + 1, end));
}

static bool is_dotted(fm_str s)
{
    bool has_dot = false;
    if (!(fm_ch(s.p[0]) & FM_CH_ALPHA))
        return false;
    for (size_t i = 0; i < s.len; i++) {
        if (!is_tag_char(s.p[i]) || s.p[i] == '/')
            return false;
        has_dot |= s.p[i] == '.' && i + 1 < s.len;
    }
    return has_dot;
}

static void word(const char *p, const char *end, const struct token *t,
                 struct fm_logs_header_field *f)
{
    const char *q = t->name;
    while (q < end && !fm_ch_is_space(*q))
        q++;
    const char *next = skip_blanks(q, end);
    fm_str text = fm_str_n(p, (size_t)(q - p));
    bool is_padded = next < end && (next - q >= COLUMN_BLANKS || *q == '\t');
    bool has_dots =
        q == t->name ? t->has_dot && !t->has_other : text.len > TAG_MAX && is_dotted(text);
    enum fm_logs_field_kind kind = is_padded  ? FM_LOGS_FIELD_COLUMN
                                   : has_dots ? FM_LOGS_FIELD_DOTTED
                                              : FM_LOGS_FIELD_WORD;
    (void)field(f, kind, text, next);
}

/* Fields that begin with something else than a letter. */
static bool try_marked(const char *p, const char *end, struct fm_logs_header_field *out)
{
    if (fm_ch2(*p) & FM_CH2_SEPARATOR)
        return try_separator(p, end, out) || (*p == '-' && try_int(p, end, out));
    if (fm_ch_is_digit(*p) || *p == '#')
        return try_int(p, end, out);
    return (fm_ch2(*p) & FM_CH2_OPENING) && try_bracket(p, end, out);
}

void fm_logs_header_field(const char *p, const char *end, bool has_pipes,
                          struct fm_logs_header_field *out)
{
    out->level = FM_LOGS_NONE;
    out->far = p;
    if (p >= end) {
        (void)field(out, FM_LOGS_FIELD_END, FM_STR_NULL, end);
        return;
    }
    struct token t;
    bool is_letter = (fm_ch(*p) & FM_CH_ALPHA) != 0;
    if (!is_letter && try_marked(p, end, out))
        return;
    read_token(p, end, &t);
    if (is_letter && (try_level_word(p, end, &t, out) || try_level_letter(p, end, out)))
        return;
    out->level = FM_LOGS_NONE;
    if ((has_pipes && try_pipe(p, end, out)) || try_tag(p, end, &t, out))
        return;
    word(p, end, &t, out);
}
