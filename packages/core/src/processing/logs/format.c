/* SPDX-License-Identifier: Apache-2.0 */
#include "processing/logs/format.h"

#include "processing/logs/chars.h"
#include "processing/logs/level.h"
#include "processing/timestamp_forms.h"

struct matcher {
    const char *d; /* in the description */
    const char *p, *end;
    const char *begin; /* of the line */
    struct fm_timestamp_cache *cache;
    struct fm_logs_record *out;
    const char *msg_from, *msg_to;
};

/* A placeholder, cut: <name>, and its modifier. */
struct hole {
    fm_str name;
    char kind; /* '\0', '#', '~', '=', '[' */
    fm_str choices;
    const char *behind; /* in the description */
};

static struct hole read_hole(const char *d)
{
    const char *close = strchr(d, '>');
    size_t n = strcspn(d + 1, "#~=[>");
    struct hole h = {.name = fm_str_n(d + 1, n), .behind = close + 1};
    if (d[1 + n] != '>')
        h.kind = d[1 + n];
    if (h.kind == '=')
        h.choices = fm_str_n(d + 2 + n, (size_t)(close - (d + 2 + n)));
    return h;
}

/* Bytes that may end a field: what stands behind it, and in optional groups directly behind it. */
static size_t stop_bytes(const char *d, char *stops, size_t max)
{
    size_t n = 0;
    while (*d && n < max) {
        if (*d == '^' || *d == '$') {
            d++;
            continue;
        }
        if (*d == '{') {
            n += stop_bytes(d + 1, stops + n, 1);
            while (*d && *d != '}')
                d += *d == '\\' ? 2 : 1;
            d += *d == '}';
            continue;
        }
        if (*d == '}') {
            d++;
            continue;
        }
        if (*d != '<')
            stops[n++] = *d == '\\' ? d[1] : *d;
        break;
    }
    return n;
}

static bool is_stop(char c, const char *stops, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (c == stops[i] || (stops[i] == ' ' && c == '\t'))
            return true;
    return false;
}

static bool take_text(struct matcher *m, const struct hole *h, fm_str *out)
{
    char stops[8];
    size_t n = stop_bytes(h->behind, stops, sizeof stops);
    const char *p = m->p;
    for (; p < m->end; p++) {
        if (h->kind == '~' && *p == '\\' && p + 1 < m->end) {
            p++;
            continue;
        }
        if (is_stop(*p, stops, n) || (h->kind != '~' && fm_ch_is_space(*p)))
            break;
    }
    *out = fm_str_n(m->p, (size_t)(p - m->p));
    m->p = p;
    return out->len > 0 || h->kind == '~';
}

static bool take_digits(struct matcher *m, fm_str *out)
{
    const char *p = m->p;
    while (p < m->end && *p == ' ')
        p++;
    const char *from = p;
    if (p < m->end && *p == '-')
        p++;
    const char *digits = p;
    while (p < m->end && fm_ch_is_digit(*p))
        p++;
    if (p == digits)
        return false;
    *out = fm_str_n(from, (size_t)(p - from));
    m->p = p;
    return true;
}

static bool take_choice(struct matcher *m, fm_str choices, fm_str *out)
{
    fm_str here = fm_str_n(m->p, (size_t)(m->end - m->p));
    while (choices.len) {
        fm_str c = fm_str_cut(&choices, '|');
        if (fm_str_starts(here, c) && (here.len == c.len || !fm_ch_is_word(here.p[c.len]))) {
            *out = fm_str_n(m->p, c.len);
            m->p += c.len;
            return true;
        }
    }
    return false;
}

static bool take_brackets(struct matcher *m, fm_str *out)
{
    const char *p = m->p;
    if (p < m->end && *p == '-')
        p++;
    while (p < m->end && *p == '[') {
        bool is_quoted = false;
        for (; p < m->end && (*p != ']' || is_quoted); p++)
            is_quoted ^= *p == '"' && p[-1] != '\\';
        if (p >= m->end)
            return false;
        p++;
    }
    *out = fm_str_n(m->p, (size_t)(p - m->p));
    m->p = p;
    return out->len > 0;
}

static bool take_time(struct matcher *m)
{
    struct fm_timestamp ts;
    if (m->cache->len && fm_timestamp_read_cached(m->cache, m->p, m->end, m->cache->ts.form, &ts))
        m->out->ts = ts;
    else if (m->p < m->end && fm_timestamp_read(m->p, m->end, &ts) &&
             fm_timestamp_read_cached(m->cache, m->p, m->end, ts.form, &ts))
        m->out->ts = ts;
    else
        return false;
    m->out->has_time = true;
    m->p += ts.len;
    return true;
}

static bool take_klog_time(struct matcher *m)
{
    for (unsigned i = fm_timestamp_forms(); fm_timestamp_table[i].text; i++)
        if (fm_timestamp_read_form(m->p, m->end, i, &m->out->ts)) {
            m->out->has_time = true;
            m->p += m->out->ts.len;
            return true;
        }
    return false;
}

static bool take_level(struct matcher *m)
{
    const char *p = m->p;
    while (p < m->end && (fm_ch(*p) & (FM_CH_ALPHA | FM_CH_DIGIT)))
        p++;
    m->out->level = fm_logs_level_word(fm_str_n(m->p, (size_t)(p - m->p)));
    m->p = p;
    return m->out->level != FM_LOGS_NONE;
}

static bool take_letter(struct matcher *m)
{
    if (m->p >= m->end || !(m->out->level = fm_logs_level_letter(*m->p)))
        return false;
    m->p++;
    return true;
}

/* Redis: . debug, - verbose, * notice, # warning */
static bool take_mark(struct matcher *m)
{
    static const char marks[] = ".-*#";
    static const uint8_t levels[] = {FM_LOGS_DEBUG, FM_LOGS_TRACE, FM_LOGS_NOTICE, FM_LOGS_WARNING};
    const char *at = m->p < m->end && *m->p ? strchr(marks, *m->p) : NULL;
    if (!at)
        return false;
    m->out->level = levels[at - marks];
    m->p++;
    return true;
}

static bool take_priority(struct matcher *m)
{
    fm_str digits;
    int64_t n;
    if (!take_digits(m, &digits) || !fm_str_i64(digits, &n) || n < 0 || n > 191)
        return false;
    m->out->level = fm_logs_level_syslog((unsigned)n & 7);
    return true;
}

void fm_logs_request_fields(struct fm_logs_record *r, fm_str request)
{
    fm_str method, path, rest = request;
    if (!fm_str_word(&rest, &method) || !fm_str_word(&rest, &path) || method.len > 20)
        return;
    for (size_t i = 0; i < method.len; i++)
        if (!(fm_ch(method.p[i]) & FM_CH_UPPER) && method.p[i] != '-')
            return;
    fm_logs_record_field(r, FM_STR("method"), method);
    fm_logs_record_field(r, FM_STR("path"), path);
    fm_logs_record_field(r, FM_STR("protocol"), fm_str_trim(rest));
}

static void keep_field(struct matcher *m, fm_str name, fm_str value)
{
    if (fm_str_eqc(name, "_") || fm_str_eqc(value, "-"))
        return;
    if (fm_str_eqc(name, "status") && !m->out->level)
        m->out->level = fm_logs_level_http(value);
    if (fm_str_eqc(name, "component"))
        m->out->component = fm_str_trim(value);
    else if (fm_str_eqc(name, "request"))
        fm_logs_request_fields(m->out, value);
    else
        fm_logs_record_field(m->out, name, fm_str_trim(value));
}

static bool take_special(struct matcher *m, fm_str name, bool *is_special)
{
    static const struct {
        const char *name;
        bool (*take)(struct matcher *m);
    } specials[] = {{"time", take_time},     {"klogtime", take_klog_time}, {"level", take_level},
                    {"letter", take_letter}, {"mark", take_mark},          {"pri", take_priority}};
    for (size_t i = 0; i < sizeof specials / sizeof *specials; i++)
        if (fm_str_eqc(name, specials[i].name)) {
            *is_special = true;
            return specials[i].take(m);
        }
    *is_special = false;
    return true;
}

/* A level, a pair or a bracket at the place of a host: another format. */
static bool is_host(fm_str s)
{
    if (fm_logs_level_word(s) || (s.len == 1 && s.p[0] != '-') ||
        (s.len > 1 && s.p[s.len - 1] == ':'))
        return false;
    bool is_number = true;
    for (size_t i = 0; i < s.len; i++) {
        if (!fm_ch_is_word(s.p[i]) && !strchr(".-:@/", s.p[i]))
            return false;
        is_number &= fm_ch_is_digit(s.p[i]);
    }
    return !is_number;
}

static bool is_plausible(fm_str name, fm_str value)
{
    if (fm_str_eqc(name, "host"))
        return is_host(value);
    if (fm_str_eqc(name, "component"))
        return !fm_logs_level_word(value);
    return !fm_str_eqc(name, "version") || fm_ch_is_digit(value.p[0]);
}

static bool match_hole(struct matcher *m)
{
    struct hole h = read_hole(m->d);
    fm_str value = FM_STR_NULL;
    bool is_special;
    if (fm_str_eqc(h.name, "*")) {
        m->msg_from = m->p;
        m->msg_to = m->p = m->end;
        m->d = h.behind;
        return true;
    }
    if (!take_special(m, h.name, &is_special))
        return false;
    m->d = h.behind;
    if (is_special)
        return true;
    bool ok = h.kind == '#'   ? take_digits(m, &value)
              : h.kind == '=' ? take_choice(m, h.choices, &value)
              : h.kind == '[' ? take_brackets(m, &value)
                              : take_text(m, &h, &value);
    ok = ok && is_plausible(h.name, value);
    if (ok)
        keep_field(m, h.name, value);
    return ok;
}

static bool match_literal(struct matcher *m)
{
    if (*m->d == ' ') {
        const char *from = m->p;
        while (m->p < m->end && fm_ch_is_space(*m->p))
            m->p++;
        m->d++;
        return m->p > from;
    }
    m->d += *m->d == '\\';
    return m->p < m->end && *m->p++ == *m->d++;
}

static bool match_all(struct matcher *m);

/* The group at d, or nothing of it. Groups do not nest. */
static void match_optional(struct matcher *m)
{
    const char *d = m->d + 1;
    struct matcher trial = *m;
    size_t n_fields = m->out->n_fields;
    fm_str component = m->out->component;
    trial.d = d;
    const char *close = d;
    while (*close && *close != '}')
        close += *close == '\\' ? 2 : 1;
    if (match_all(&trial)) {
        m->p = trial.p;
        m->msg_from = trial.msg_from;
        m->msg_to = trial.msg_to;
    } else {
        m->out->n_fields = n_fields;
        m->out->component = component;
    }
    m->d = close + 1;
}

/* Up to the end of the description or of the optional group. */
static bool match_all(struct matcher *m)
{
    while (*m->d && *m->d != '}') {
        bool ok = true;
        switch (*m->d) {
        case '<':
            ok = match_hole(m);
            break;
        case '{':
            match_optional(m);
            break;
        case '^':
            m->msg_from = m->p;
            m->d++;
            break;
        case '$':
            m->msg_to = m->p;
            m->d++;
            break;
        default:
            ok = match_literal(m);
        }
        if (!ok)
            return false;
    }
    return true;
}

bool fm_logs_format_match(const struct fm_logs_format *f, struct fm_timestamp_cache *cache,
                          fm_str line, struct fm_logs_record *out)
{
    struct fm_logs_record *r = out;
    struct fm_logs_mark mark = fm_logs_record_mark(r);
    struct matcher m = {.d = f->text,
                        .p = line.p,
                        .end = line.p + line.len,
                        .begin = line.p,
                        .cache = cache,
                        .out = r};
    while (m.end > m.p && fm_ch_is_space(m.end[-1]))
        m.end--;
    if (match_all(&m) && m.p == m.end) {
        r->line = line;
        r->message =
            m.msg_from ? fm_str_n(m.msg_from, (size_t)((m.msg_to ? m.msg_to : m.end) - m.msg_from))
                       : line;
        return true;
    }
    fm_logs_record_reset(r, &mark);
    return false;
}
