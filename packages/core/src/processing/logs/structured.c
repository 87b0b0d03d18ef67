/* SPDX-License-Identifier: Apache-2.0 */
#include "processing/logs/structured.h"

#include "processing/logs/chars.h"
#include "processing/logs/level.h"

static bool read_time(struct fm_logs_parts *parts, fm_str v)
{
    struct fm_logs_structured_state *s = parts->s;
    struct fm_timestamp ts;
    const char *end = v.p + v.len;
    if (s->has_form && fm_timestamp_read_cached(&s->cache, v.p, end, s->form, &ts))
        parts->out->ts = ts;
    else if (fm_timestamp_read(v.p, end, &ts))
        parts->out->ts = ts;
    else
        return false;
    s->has_form = true;
    s->form = ts.form;
    parts->out->has_time = true;
    return true;
}

static enum fm_logs_level read_level(fm_str key, fm_str v)
{
    int64_t n;
    if (fm_str_i64(v, &n))
        return fm_str_ieq(key, FM_STR("priority")) ? fm_logs_level_syslog((unsigned)n)
                                                   : fm_logs_level_tens(n);
    return v.len == 1 ? fm_logs_level_letter((char)(v.p[0] & ~32)) : fm_logs_level_word(v);
}

static void remember(struct fm_logs_pair *list, size_t *n, fm_str key, fm_str value)
{
    if (*n < FM_LOGS_PARTS_MAX && value.len)
        list[(*n)++] = (struct fm_logs_pair){key, value};
}

/* The most telling name of who logs. */
static bool take_entity(struct fm_logs_parts *parts, enum fm_logs_role role, fm_str value)
{
    if (parts->entity_role && parts->entity_role <= role)
        return false;
    parts->entity_role = role;
    parts->out->entity = value;
    return true;
}

/* True when the value had its role; a second message or an unreadable time is a field like others.
 */
static bool take_role(struct fm_logs_parts *parts, enum fm_logs_role role, fm_str key, fm_str value)
{
    switch (role) {
    case FM_LOGS_ROLE_TIME:
        return read_time(parts, value);
    case FM_LOGS_ROLE_NANOS:
        return fm_str_i64(value, &parts->nanos);
    case FM_LOGS_ROLE_LEVEL: {
        enum fm_logs_level l = read_level(key, value);
        parts->out->level = l ? l : parts->out->level;
        return l != FM_LOGS_NONE;
    }
    case FM_LOGS_ROLE_MESSAGE:
        if (parts->message.len || !value.len)
            return false;
        parts->message = value;
        return true;
    case FM_LOGS_ROLE_COMPONENT:
        parts->out->component = parts->out->component.len ? parts->out->component : value;
        return true;
    case FM_LOGS_ROLE_SERVICE:
    case FM_LOGS_ROLE_POD:
    case FM_LOGS_ROLE_CONTAINER:
        return take_entity(parts, role, value);
    case FM_LOGS_ROLE_ERROR:
        if (parts->error.len || fm_str_eqc(value, "null"))
            return false;
        parts->error = value;
        return true;
    case FM_LOGS_ROLE_RESULT:
        if (!parts->out->level && fm_str_ihas(key, FM_STR("status")))
            parts->out->level = fm_logs_level_http(value);
        remember(parts->results, &parts->n_results, key, value);
        return true;
    case FM_LOGS_ROLE_FIELD:
    case FM_LOGS_ROLE_TRACE:
    default:
        return role == FM_LOGS_ROLE_TRACE;
    }
}

void fm_logs_parts_add(struct fm_logs_parts *parts, enum fm_logs_role role, fm_str key,
                       fm_str value)
{
    bool has_role = take_role(parts, role, key, value);
    bool is_main =
        role == FM_LOGS_ROLE_TIME || role == FM_LOGS_ROLE_LEVEL || role == FM_LOGS_ROLE_MESSAGE;
    parts->known += has_role && is_main;
    if (has_role && (is_main || role == FM_LOGS_ROLE_NANOS || role == FM_LOGS_ROLE_TRACE))
        return;
    if (!has_role)
        remember(parts->others, &parts->n_others, key, value);
    fm_logs_record_field(parts->out, key, value);
}

static size_t append(char *to, size_t at, fm_str s)
{
    size_t n = s.len < FM_LOGS_COMPOSED_MAX - at ? s.len : FM_LOGS_COMPOSED_MAX - at;
    if (n)
        memcpy(to + at, s.p, n);
    return at + n;
}

static size_t append_pairs(char *to, size_t at, const struct fm_logs_pair *f, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        bool has_blank = fm_str_chr(f[i].value, ' ', 0) >= 0;
        if (at)
            at = append(to, at, FM_STR(" "));
        at = append(to, at, f[i].name);
        at = append(to, at, has_blank ? FM_STR("=\"") : FM_STR("="));
        at = append(to, at, f[i].value);
        if (has_blank)
            at = append(to, at, FM_STR("\""));
    }
    return at;
}

/* The first line of a text that holds several. */
static fm_str first_line(fm_str s)
{
    s = fm_str_trim(s);
    ptrdiff_t nl = fm_str_chr(s, '\n', 0);
    return nl > 0 ? fm_str_trim(fm_str_sub(s, 0, (size_t)nl)) : s;
}

void fm_logs_parts_finish(struct fm_logs_parts *p)
{
    char *to = p->s->composed;
    fm_str msg = first_line(p->message), error = first_line(p->error);
    if (p->nanos && p->out->has_time)
        p->out->ts.t += p->nanos;
    if (msg.len && !error.len && p->n_results == 0) {
        p->out->message = msg;
        return;
    }
    size_t n = append(to, 0, msg);
    if (error.len && !fm_str_has(msg, error)) {
        n = msg.len ? append(to, n, FM_STR(": ")) : n;
        n = append(to, n, error);
    }
    if (!msg.len && !error.len)
        n = append_pairs(to, n, p->others, p->n_others);
    n = append_pairs(to, n, p->results, p->n_results);
    p->out->message = fm_str_n(to, n);
}
