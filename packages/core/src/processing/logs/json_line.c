/* SPDX-License-Identifier: Apache-2.0 */
/* A JSON object on one line, read without building a tree. Numbers, literals and nested arrays are
 * taken as text. */
#include "processing/logs/structured.h"

#include "processing/logs/chars.h"

#define DEPTH_MAX 6
#define PATH_MAX_BYTES 96

struct json {
    const char *p, *end;
    struct fm_logs_structured_state *s;
    struct fm_logs_parts *parts; /* NULL: only check the form */
    unsigned index;              /* of the key */
};

static void skip_blanks(struct json *j)
{
    while (j->p < j->end && (fm_ch_is_space(*j->p) || *j->p == '\n'))
        j->p++;
}

static bool take(struct json *j, char c)
{
    skip_blanks(j);
    if (j->p >= j->end || *j->p != c)
        return false;
    j->p++;
    return true;
}

/* The string at p, without quotes, as it stands in the text. */
static bool read_string(struct json *j, fm_str *raw, bool *has_escape)
{
    if (!take(j, '"'))
        return false;
    const char *from = j->p;
    *has_escape = false;
    for (;;) {
        const char *q = memchr(j->p, '"', (size_t)(j->end - j->p));
        if (!q)
            return false;
        size_t backslashes = 0;
        while (q - backslashes > from && q[-1 - (ptrdiff_t)backslashes] == '\\')
            backslashes++;
        j->p = q + 1;
        if (backslashes % 2 == 0) {
            *raw = fm_str_n(from, (size_t)(q - from));
            *has_escape = memchr(from, '\\', raw->len) != NULL;
            return true;
        }
    }
}

static unsigned hex4(const char *p)
{
    unsigned v = 0;
    for (int i = 0; i < 4; i++) {
        char c = p[i];
        v = v << 4 | (unsigned)(fm_ch_is_digit(c) ? c - '0' : (c | 32) - 'a' + 10);
    }
    return v;
}

static size_t put_utf8(char *to, unsigned c)
{
    if (c < 0x80) {
        to[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        to[0] = (char)(0xC0 | c >> 6);
        to[1] = (char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c >= 0xD800 && c < 0xE000)
        c = 0xFFFD;
    to[0] = (char)(0xE0 | c >> 12);
    to[1] = (char)(0x80 | (c >> 6 & 0x3F));
    to[2] = (char)(0x80 | (c & 0x3F));
    return 3;
}

static char short_escape(char c)
{
    switch (c) {
    case 'n':
        return '\n';
    case 't':
        return '\t';
    case 'r':
    case 'b':
    case 'f':
        return ' ';
    default:
        return c;
    }
}

/* Text of a string with escapes, in the state's buffer; as it stands when there is no room. */
static fm_str unescape(struct fm_logs_structured_state *s, fm_str raw)
{
    if (raw.len + s->n_unescaped > sizeof s->unescaped)
        return raw;
    char *to = s->unescaped + s->n_unescaped;
    size_t n = 0;
    for (size_t i = 0; i < raw.len; i++) {
        if (raw.p[i] != '\\' || i + 1 >= raw.len) {
            to[n++] = raw.p[i];
            continue;
        }
        i++;
        if (raw.p[i] == 'u' && i + 4 < raw.len && fm_ch_is_hex(raw.p[i + 1]) &&
            fm_ch_is_hex(raw.p[i + 2]) && fm_ch_is_hex(raw.p[i + 3]) &&
            fm_ch_is_hex(raw.p[i + 4])) {
            n += put_utf8(to + n, hex4(raw.p + i + 1));
            i += 4;
        } else {
            to[n++] = short_escape(raw.p[i]);
        }
    }
    s->n_unescaped += n;
    return fm_str_n(to, n);
}

static bool skip_nested(struct json *j, char open, char close)
{
    unsigned depth = 0;
    for (; j->p < j->end; j->p++) {
        if (*j->p == '"') {
            fm_str raw;
            bool has_escape;
            if (!read_string(j, &raw, &has_escape))
                return false;
            j->p--;
        } else if (*j->p == open) {
            depth++;
        } else if (*j->p == close && --depth == 0) {
            j->p++;
            return true;
        }
    }
    return false;
}

static bool read_object(struct json *j, fm_str prefix, unsigned depth);

static fm_str join(char *buf, fm_str prefix, fm_str key)
{
    if (!prefix.len)
        return key;
    size_t n = prefix.len < PATH_MAX_BYTES / 2 ? prefix.len : PATH_MAX_BYTES / 2;
    size_t k = key.len < PATH_MAX_BYTES - n - 1 ? key.len : PATH_MAX_BYTES - n - 1;
    memcpy(buf, prefix.p, n);
    buf[n] = '.';
    memcpy(buf + n + 1, key.p, k);
    return fm_str_n(buf, n + 1 + k);
}

/* Field names outlive the call: joined ones are kept in the state's buffer. */
static fm_str keep_path(struct json *j, fm_str path, fm_str key)
{
    struct fm_logs_structured_state *s = j->s;
    if (path.p == key.p || path.len + s->n_unescaped > sizeof s->unescaped)
        return key;
    char *to = s->unescaped + s->n_unescaped;
    memcpy(to, path.p, path.len);
    s->n_unescaped += path.len;
    return fm_str_n(to, path.len);
}

static void give_scalar(struct json *j, fm_str prefix, fm_str key, fm_str value)
{
    if (!j->parts)
        return;
    unsigned index = j->index++;
    if (!prefix.len) {
        fm_logs_parts_add(j->parts, fm_logs_cached_role(j->s, index, key), key, value);
        return;
    }
    char buf[PATH_MAX_BYTES + 1];
    fm_str path = join(buf, prefix, key);
    enum fm_logs_role role = fm_logs_role_of(path);
    if (role == FM_LOGS_ROLE_FIELD &&
        (fm_str_eqc(key, "epochSecond") || fm_str_eqc(key, "nanoOfSecond")))
        role = fm_logs_role_of(key);
    fm_logs_parts_add(j->parts, role, keep_path(j, path, key), value);
}

static bool read_bare(struct json *j, fm_str *out)
{
    const char *from = j->p;
    while (j->p < j->end && !strchr(",}] \t\r\n", *j->p))
        j->p++;
    *out = fm_str_n(from, (size_t)(j->p - from));
    char c = out->len ? *from : '\0';
    return fm_ch_is_digit(c) || c == '-' || c == 't' || c == 'f' || c == 'n' || c == 'N' ||
           c == 'I';
}

static bool read_value(struct json *j, fm_str prefix, fm_str key, unsigned depth)
{
    fm_str value;
    bool has_escape = false;
    skip_blanks(j);
    if (j->p >= j->end)
        return false;
    const char *from = j->p;
    if (*j->p == '{') {
        char buf[PATH_MAX_BYTES + 1];
        if (depth < DEPTH_MAX)
            return read_object(j, join(buf, prefix, key), depth + 1);
        return skip_nested(j, '{', '}');
    }
    if (*j->p == '[') {
        if (!skip_nested(j, '[', ']'))
            return false;
        value = fm_str_n(from, (size_t)(j->p - from));
    } else if (*j->p == '"') {
        if (!read_string(j, &value, &has_escape))
            return false;
    } else if (!read_bare(j, &value)) {
        return false;
    }
    if (has_escape && j->parts)
        value = unescape(j->s, value);
    if (!fm_str_eqc(value, "null"))
        give_scalar(j, prefix, key, value);
    return true;
}

static bool read_object(struct json *j, fm_str prefix, unsigned depth)
{
    fm_str key;
    bool has_escape;
    if (!take(j, '{'))
        return false;
    if (take(j, '}'))
        return true;
    do {
        if (!read_string(j, &key, &has_escape) || !take(j, ':') ||
            !read_value(j, prefix, key, depth))
            return false;
    } while (take(j, ','));
    return take(j, '}');
}

bool fm_logs_json_line(struct fm_logs_structured_state *s, fm_str line, struct fm_logs_record *out)
{
    struct fm_logs_parts parts = {.s = s, .out = out};
    struct json j = {.p = line.p, .end = line.p + line.len, .s = s, .parts = &parts};
    struct fm_logs_mark mark = fm_logs_record_mark(out);
    if (line.len < 2 || line.p[0] != '{')
        return false;
    s->n_unescaped = 0;
    out->component = FM_STR_NULL;
    if (!read_object(&j, FM_STR_NULL, 0)) {
        fm_logs_record_reset(out, &mark);
        return false;
    }
    if (!out->component.len)
        out->component = mark.component;
    out->line = line;
    fm_logs_parts_finish(&parts);
    return true;
}
