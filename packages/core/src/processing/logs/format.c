/* SPDX-License-Identifier: Apache-2.0 */
#include "processing/logs/format.h"

#include "processing/logs/chars.h"
#include "processing/logs/level.h"
#include "processing/timestamp_forms.h"

struct fm_logs_matcher {
    const char *d;                   /* in the description */
    const struct fm_logs_hole *hole; /* the next one */
    const char *p, *end;
    struct fm_timestamp_cache *cache;
    struct fm_logs_record *out;
    const char *msg_from, *msg_to;
};

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

static bool take_text(struct fm_logs_matcher *m, const struct fm_logs_hole *h, fm_str *out)
{
    const char *p = m->p;
    for (; p < m->end; p++) {
        if (h->kind == '~' && *p == '\\' && p + 1 < m->end) {
            p++;
            continue;
        }
        if (is_stop(*p, h->stops, h->n_stops) || (h->kind != '~' && fm_ch_is_space(*p)))
            break;
    }
    *out = fm_str_n(m->p, (size_t)(p - m->p));
    m->p = p;
    return out->len > 0 || h->kind == '~';
}

static bool take_digits(struct fm_logs_matcher *m, fm_str *out)
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

static bool take_choice(struct fm_logs_matcher *m, fm_str choices, fm_str *out)
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

static bool take_brackets(struct fm_logs_matcher *m, fm_str *out)
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

static bool take_time(struct fm_logs_matcher *m)
{
    struct fm_timestamp_cache *c = m->cache;
    struct fm_timestamp *ts = &m->out->ts;
    bool is_read = c->has_form && fm_timestamp_read_cached(c, m->p, m->end, c->ts.form, ts);
    if (!is_read && m->p < m->end && fm_timestamp_read(m->p, m->end, ts))
        is_read = fm_timestamp_read_cached(c, m->p, m->end, ts->form, ts);
    if (!is_read)
        return false;
    m->out->has_time = true;
    m->p += ts->len;
    return true;
}

static bool take_klog_time(struct fm_logs_matcher *m)
{
    for (unsigned i = fm_timestamp_forms(); fm_timestamp_table[i].text; i++)
        if (fm_timestamp_read_form(m->p, m->end, i, &m->out->ts)) {
            m->out->has_time = true;
            m->p += m->out->ts.len;
            return true;
        }
    return false;
}

static bool take_level(struct fm_logs_matcher *m)
{
    const char *p = m->p;
    while (p < m->end && (fm_ch(*p) & (FM_CH_ALPHA | FM_CH_DIGIT)))
        p++;
    m->out->level = fm_logs_level_word(fm_str_n(m->p, (size_t)(p - m->p)));
    m->p = p;
    return m->out->level != FM_LOGS_NONE;
}

static bool take_letter(struct fm_logs_matcher *m)
{
    if (m->p >= m->end || !(m->out->level = fm_logs_level_letter(*m->p)))
        return false;
    m->p++;
    return true;
}

/* Redis: . debug, - verbose, * notice, # warning */
static bool take_mark(struct fm_logs_matcher *m)
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

static bool take_priority(struct fm_logs_matcher *m)
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

/* Names of fields that mean something. */
enum name_kind {
    NAME_FIELD,
    NAME_DROPPED,
    NAME_COMPONENT,
    NAME_REQUEST,
    NAME_STATUS,
    NAME_HOST,
    NAME_VERSION
};

static void keep_field(struct fm_logs_matcher *m, const struct fm_logs_hole *h, fm_str value)
{
    if (h->name_kind == NAME_DROPPED || (value.len == 1 && *value.p == '-'))
        return;
    if (h->name_kind == NAME_STATUS && !m->out->level)
        m->out->level = fm_logs_level_http(value);
    if (h->name_kind == NAME_COMPONENT)
        m->out->component = fm_str_trim(value);
    else if (h->name_kind == NAME_REQUEST)
        fm_logs_request_fields(m->out, value);
    else
        fm_logs_record_field(m->out, h->name, fm_str_trim(value));
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

static bool is_plausible(uint8_t name_kind, fm_str value)
{
    if (name_kind == NAME_HOST)
        return is_host(value);
    if (name_kind == NAME_COMPONENT)
        return !fm_logs_level_word(value);
    return name_kind != NAME_VERSION || fm_ch_is_digit(value.p[0]);
}

static bool take_value(struct fm_logs_matcher *m, const struct fm_logs_hole *h, fm_str *value)
{
    switch (h->kind) {
    case '#':
        return take_digits(m, value);
    case '=':
        return take_choice(m, h->choices, value);
    case '[':
        return take_brackets(m, value);
    default:
        return take_text(m, h, value);
    }
}

static bool match_hole(struct fm_logs_matcher *m)
{
    const struct fm_logs_hole *h = m->hole++;
    fm_str value = FM_STR_NULL;
    m->d = h->behind;
    if (h->kind == '*') {
        m->msg_from = m->p;
        m->msg_to = m->p = m->end;
        return true;
    }
    if (h->special)
        return h->special(m);
    if (!take_value(m, h, &value) || !is_plausible(h->name_kind, value))
        return false;
    keep_field(m, h, value);
    return true;
}

static bool match_literal(struct fm_logs_matcher *m)
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

static bool match_all(struct fm_logs_matcher *m);

/* The group at d, or nothing of it. Groups do not nest. */
static void match_optional(struct fm_logs_matcher *m)
{
    struct fm_logs_matcher trial = *m;
    size_t n_fields = m->out->n_fields;
    fm_str component = m->out->component;
    const struct fm_logs_hole *hole = m->hole;
    const char *close = m->d + 1;
    trial.d = close;
    for (; *close && *close != '}'; close += *close == '\\' ? 2 : 1)
        hole += *close == '<';
    if (match_all(&trial)) {
        m->p = trial.p;
        m->msg_from = trial.msg_from;
        m->msg_to = trial.msg_to;
    } else {
        m->out->n_fields = n_fields;
        m->out->component = component;
    }
    m->hole = hole;
    m->d = close + 1;
}

/* Up to the end of the description or of the optional group. */
static bool match_all(struct fm_logs_matcher *m)
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

bool fm_logs_format_match(const struct fm_logs_program *f, struct fm_timestamp_cache *cache,
                          fm_str line, struct fm_logs_record *out)
{
    struct fm_logs_mark mark = fm_logs_record_mark(out);
    struct fm_logs_matcher m = {.d = f->text,
                                .hole = f->holes,
                                .p = line.p,
                                .end = line.p + line.len,
                                .cache = cache,
                                .out = out};
    while (m.end > m.p && fm_ch_is_space(m.end[-1]))
        m.end--;
    if (match_all(&m) && m.p == m.end) {
        out->line = line;
        const char *to = m.msg_to ? m.msg_to : m.end;
        out->message = m.msg_from ? fm_str_n(m.msg_from, (size_t)(to - m.msg_from)) : line;
        return true;
    }
    fm_logs_record_reset(out, &mark);
    return false;
}

/* --- descriptions --- */

static void find_special(struct fm_logs_hole *h)
{
    static const struct {
        const char *name;
        bool (*take)(struct fm_logs_matcher *m);
    } specials[] = {{"time", take_time},     {"klogtime", take_klog_time}, {"level", take_level},
                    {"letter", take_letter}, {"mark", take_mark},          {"pri", take_priority}};
    for (size_t i = 0; i < sizeof specials / sizeof *specials; i++)
        if (fm_str_eqc(h->name, specials[i].name))
            h->special = specials[i].take;
}

static uint8_t kind_of_name(fm_str name)
{
    static const struct {
        const char *name;
        uint8_t kind;
    } kinds[] = {{"_", NAME_DROPPED},     {"component", NAME_COMPONENT}, {"request", NAME_REQUEST},
                 {"status", NAME_STATUS}, {"host", NAME_HOST},           {"version", NAME_VERSION}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (fm_str_eqc(name, kinds[i].name))
            return kinds[i].kind;
    return NAME_FIELD;
}

/* The placeholder at d: <name>, and its modifier. */
static void compile_hole(const char *d, struct fm_logs_hole *h)
{
    const char *close = strchr(d, '>');
    size_t n = strcspn(d + 1, "#~=[>");
    *h = (struct fm_logs_hole){.name = fm_str_n(d + 1, n), .behind = close + 1};
    if (fm_str_eqc(h->name, "*"))
        h->kind = '*';
    else if (d[1 + n] != '>')
        h->kind = d[1 + n];
    if (h->kind == '=')
        h->choices = fm_str_n(d + 2 + n, (size_t)(close - (d + 2 + n)));
    h->n_stops = (uint8_t)stop_bytes(h->behind, h->stops, sizeof h->stops);
    h->name_kind = kind_of_name(h->name);
    find_special(h);
}

void fm_logs_format_compile(const struct fm_logs_format *f, struct fm_logs_program *out)
{
    out->text = f->text;
    out->n_holes = 0;
    for (const char *d = f->text; *d; d++) {
        if (*d == '\\') {
            d++;
        } else if (*d == '<') {
            FM_ASSERT(out->n_holes < FM_LOGS_HOLES_MAX);
            compile_hole(d, &out->holes[out->n_holes++]);
            d = out->holes[out->n_holes - 1].behind - 1;
        }
    }
}
