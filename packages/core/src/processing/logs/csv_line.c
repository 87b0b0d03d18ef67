/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of log lines, as exports of log stores write them. */
#include "processing/logs/structured.h"

#include "processing/logs/chars.h"

/* The next field of the row; its quotes are gone, doubled quotes inside are not yet single. */
static bool next_field(const char **p, const char *end, fm_str *out, bool *has_escape)
{
    *has_escape = false;
    if (*p > end)
        return false;
    if (*p < end && **p == '"') {
        const char *from = ++*p, *q = from;
        for (;; q += 2) {
            q = q < end ? memchr(q, '"', (size_t)(end - q)) : NULL;
            if (!q)
                return false;
            if (q + 1 >= end || q[1] != '"')
                break;
            *has_escape = true;
        }
        *out = fm_str_n(from, (size_t)(q - from));
        *p = q + 2;
        return q + 1 >= end || q[1] == ',';
    }
    const char *comma = *p < end ? memchr(*p, ',', (size_t)(end - *p)) : NULL;
    const char *stop = comma ? comma : end;
    *out = fm_str_n(*p, (size_t)(stop - *p));
    *p = stop + 1;
    return true;
}

static fm_str single_quotes(struct fm_logs_structured_state *s, fm_str raw)
{
    if (raw.len + s->n_unescaped > sizeof s->unescaped)
        return raw;
    char *to = s->unescaped + s->n_unescaped;
    size_t n = 0;
    for (size_t i = 0; i < raw.len; i++) {
        to[n++] = raw.p[i];
        i += raw.p[i] == '"' && i + 1 < raw.len && raw.p[i + 1] == '"';
    }
    s->n_unescaped += n;
    return fm_str_n(to, n);
}

bool fm_logs_csv_columns(fm_str head, struct fm_logs_columns *out)
{
    const char *p = head.p, *end = head.p + head.len;
    bool has_time = false, has_message = false, has_escape;
    fm_str f;
    *out = (struct fm_logs_columns){0};
    while (out->n < FM_LOGS_COLUMNS_MAX && next_field(&p, end, &f, &has_escape)) {
        enum fm_logs_role role = fm_logs_role_of(fm_str_trim(f));
        if ((role == FM_LOGS_ROLE_TIME && has_time) ||
            (role == FM_LOGS_ROLE_MESSAGE && has_message))
            role = FM_LOGS_ROLE_FIELD;
        has_time |= role == FM_LOGS_ROLE_TIME;
        has_message |= role == FM_LOGS_ROLE_MESSAGE;
        out->name[out->n] = fm_str_trim(f);
        out->role[out->n++] = role;
    }
    return has_time && has_message && out->n >= 2;
}

bool fm_logs_csv_line(const struct fm_logs_columns *c, struct fm_logs_structured_state *s,
                      fm_str line, struct fm_logs_record *out)
{
    struct fm_logs_mark mark = fm_logs_record_mark(out);
    struct fm_logs_parts parts = {.s = s, .out = out};
    const char *p = line.p, *end = line.p + line.len;
    unsigned i = 0;
    fm_str f;
    bool has_escape;
    s->n_unescaped = 0;
    while (i < c->n && next_field(&p, end, &f, &has_escape)) {
        if (has_escape)
            f = single_quotes(s, f);
        fm_logs_parts_add(&parts, c->role[i], c->name[i], f);
        i++;
    }
    if (i != c->n || !out->has_time) {
        fm_logs_record_reset(out, &mark);
        return false;
    }
    out->line = line;
    fm_logs_parts_finish(&parts);
    return true;
}
