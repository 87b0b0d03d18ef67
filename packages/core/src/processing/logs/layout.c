/* SPDX-License-Identifier: Apache-2.0 */
#include "processing/logs/layout.h"

#include "processing/logs/continuation.h"

static size_t sample_lines(fm_str text, fm_str *lines)
{
    size_t n = 0;
    fm_str line;
    while (n < FM_LOG_SAMPLE_LINES && fm_str_line(&text, &line))
        if (fm_str_trim(line).len && !fm_log_is_continuation(line))
            lines[n++] = fm_str_sub(line, 0, 1024);
    return n;
}

void fm_log_line_state_init(struct fm_log_line_state *s)
{
    memset(s, 0, sizeof *s);
    s->t = FM_TIME_NONE;
}

static void record_clear(struct fm_log_record *r)
{
    r->message = r->component = FM_STR_NULL;
    r->has_time = false;
    r->t = FM_TIME_NONE;
    r->level = FM_LOG_NONE;
    r->n_fields = 0;
}

void fm_log_layout_learn(struct fm_log_layout *l, struct fm_ctx *ctx, fm_str text,
                         const struct fm_log_options *opt)
{
    fm_str *lines = FM_NEW_ARRAY(&ctx->arena, fm_str, FM_LOG_SAMPLE_LINES);
    size_t n = sample_lines(text, lines);
    fm_log_header_learn(lines, n, &l->header);
    l->format = l->header.has_time ? FM_STR("generic") : FM_STR("plain");
    l->base = (struct fm_timestamp_base){
        .zone_s = opt->zone_s, .first = FM_TIME_NONE, .reference = opt->reference};
    struct fm_log_line_state s;
    struct fm_log_record r;
    fm_log_line_state_init(&s);
    for (size_t i = 0; i < n && l->header.has_time; i++) {
        (void)fm_log_layout_line(l, &s, lines[i], &r);
        if (r.has_time) {
            l->base.first = r.t;
            break;
        }
    }
}

bool fm_log_layout_line(const struct fm_log_layout *l, struct fm_log_line_state *s, fm_str line,
                        struct fm_log_record *out)
{
    record_clear(out);
    bool is_new = fm_log_header_parse(&l->header, &s->cache, line, out);
    if (is_new) {
        out->t = fm_timestamp_resolve(&out->ts, &l->base);
        s->t = out->t;
        s->level = out->level;
        s->has_record = true;
        return false;
    }
    bool is_trace = s->has_record && fm_log_is_continuation(line);
    out->t = s->t;
    out->level = is_trace ? s->level : out->level;
    return is_trace;
}
