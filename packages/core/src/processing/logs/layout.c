/* SPDX-License-Identifier: Apache-2.0 */
#include "processing/logs/layout.h"

#include <stdlib.h>

#include "processing/logs/chars.h"
#include "processing/logs/continuation.h"

void fm_logs_line_state_init(struct fm_logs_line_state *s)
{
    memset(s, 0, sizeof *s);
    fm_logs_header_memo_init(&s->memo);
    s->t = FM_TIME_NONE;
}

static void record_clear(struct fm_logs_record *r)
{
    r->message = r->component = r->entity = FM_STR_NULL;
    r->has_time = false;
    r->t = FM_TIME_NONE;
    r->level = FM_LOGS_NONE;
    r->n_fields = 0;
}

static bool try_chain(const struct fm_logs_layout *l, struct fm_logs_line_state *s, fm_str line,
                      struct fm_logs_record *out)
{
    for (uint8_t i = 0; i < l->n_chain; i++)
        if (fm_logs_format_match(&l->chain[i], &s->format_cache, line, out))
            return true;
    return false;
}

static bool try_header(const struct fm_logs_layout *l, struct fm_logs_line_state *s, uint8_t i,
                       fm_str line, struct fm_logs_record *out)
{
    if (!fm_logs_header_parse(&l->headers[i], &s->cache[i], &s->memo, line, out))
        return false;
    s->header = i;
    return true;
}

/* The layout that the last line had, then the others. */
static bool try_headers(const struct fm_logs_layout *l, struct fm_logs_line_state *s, fm_str line,
                        struct fm_logs_record *out)
{
    if (l->n_headers == 0)
        return false;
    if (try_header(l, s, s->header, line, out))
        return true;
    uint8_t last = s->header;
    for (uint8_t i = 0; i < l->n_headers; i++)
        if (i != last && try_header(l, s, i, line, out))
            return true;
    return false;
}

static bool try_named_values(const struct fm_logs_layout *l, struct fm_logs_line_state *s,
                             fm_str line, struct fm_logs_record *out)
{
    if (l->has_json && line.len && line.p[0] == '{' && fm_logs_json_line(&s->outer, line, out))
        return true;
    return l->has_logfmt && l->outer != FM_LOGS_OUTER_LOGFMT &&
           fm_logs_logfmt_line(&s->outer, line, out);
}

static bool try_others(const struct fm_logs_layout *l, struct fm_logs_line_state *s, fm_str line,
                       struct fm_logs_record *out)
{
    if (try_named_values(l, s, line, out))
        return true;
    if (l->outer != FM_LOGS_OUTER_FORMAT && try_chain(l, s, line, out))
        return true;
    if (l->outer != FM_LOGS_OUTER_GENERIC && try_headers(l, s, line, out)) {
        s->had_header = true;
        return true;
    }
    return l->is_mixed && fm_logs_header_guess(line, out);
}

static bool read_outer(const struct fm_logs_layout *l, struct fm_logs_line_state *s, fm_str line,
                       struct fm_logs_record *out)
{
    switch (l->outer) {
    case FM_LOGS_OUTER_GENERIC:
        return try_headers(l, s, line, out);
    case FM_LOGS_OUTER_FORMAT:
        return try_chain(l, s, line, out);
    case FM_LOGS_OUTER_JSON:
        return fm_logs_json_line(&s->outer, line, out);
    case FM_LOGS_OUTER_LOGFMT:
        return fm_logs_logfmt_line(&s->outer, line, out);
    case FM_LOGS_OUTER_CSV:
        return fm_logs_csv_line(&l->columns, &s->outer, line, out);
    case FM_LOGS_OUTER_BLOCK:
        return fm_logs_block_line(&l->block, &s->block, &s->outer, line, out);
    case FM_LOGS_OUTER_PLAIN:
    default:
        return false;
    }
}

/* The message as a line of its own; the outer time stays when there is one. */
static void read_inner(const struct fm_logs_layout *l, struct fm_logs_line_state *s,
                       struct fm_logs_record *out)
{
    fm_str msg = fm_str_trim(out->message);
    struct fm_timestamp ts = out->ts;
    bool has_time = out->has_time;
    if (msg.len > 2 && msg.p[0] == '{' && msg.p[msg.len - 1] == '}')
        (void)fm_logs_json_line(&s->inner, msg, out);
    else if (l->has_logfmt && l->outer != FM_LOGS_OUTER_LOGFMT)
        (void)fm_logs_logfmt_line(&s->inner, msg, out);
    if (l->has_inner)
        (void)fm_logs_header_parse(&l->inner, &s->inner_cache, NULL, fm_str_trim(out->message),
                                   out);
    if (has_time) {
        out->ts = ts;
        out->has_time = true;
    }
}

/* The outer form; but where lines of another layout run on, that layout first. */
static bool read_main(const struct fm_logs_layout *l, struct fm_logs_line_state *s, fm_str line,
                      struct fm_logs_record *out)
{
    if (s->had_header && try_headers(l, s, line, out))
        return true;
    s->had_header = false;
    return (l->is_mixed && try_chain(l, s, line, out)) || read_outer(l, s, line, out);
}

bool fm_logs_layout_line(const struct fm_logs_layout *l, struct fm_logs_line_state *s, fm_str line,
                         struct fm_logs_record *out)
{
    record_clear(out);
    bool is_new = read_main(l, s, line, out);
    bool is_in_block = l->outer == FM_LOGS_OUTER_BLOCK;
    if (!is_new && (is_in_block || (s->has_record && fm_logs_is_continuation(line)))) {
        out->line = line;
        out->message = is_in_block ? fm_str_sub(line, 0, 0) : line;
        out->t = s->t;
        out->level = s->level;
        return true;
    }
    is_new = is_new || try_others(l, s, line, out);
    if (!is_new) {
        out->line = out->message = line;
        out->t = s->t;
        return false;
    }
    read_inner(l, s, out);
    out->line = line;
    out->t = out->has_time ? fm_timestamp_resolve(&out->ts, &l->base) : FM_TIME_NONE;
    s->t = out->t;
    s->level = out->level;
    s->has_record = true;
    return false;
}

/* --- learning --- */

#define FORMAT_SAMPLE 64
#define FORMATS_MAX 64
#define INNER_SAMPLE 100
#define FEW_LINES 20
#define FEW_BYTES (256u << 10) /* smaller inputs have one layout */
#define PLACES 64
#define PLACE_BYTES 3000

static size_t sample_lines(fm_str text, fm_str *lines)
{
    size_t n = 0;
    fm_str line;
    while (n < FM_LOGS_SAMPLE_LINES && fm_str_line(&text, &line))
        if (fm_str_trim(line).len && !fm_logs_is_continuation(line))
            lines[n++] = fm_str_sub(line, 0, FM_LOGS_COMPOSED_MAX);
    return n;
}

struct format_count {
    uint8_t index;
    size_t n;
};

static int by_count(const void *a, const void *b)
{
    const struct format_count *x = a, *y = b;
    if (x->n != y->n)
        return x->n > y->n ? -1 : 1;
    return (int)x->index - (int)y->index;
}

/* Formats by the number of lines that have them; of two with the same number the earlier in the
 * table. A line counts for the first format of the table only. Returns the lines that have any. */
static size_t learn_chain(struct fm_logs_layout *l, struct fm_logs_line_state *s,
                          const fm_str *lines, size_t n)
{
    struct format_count counts[FORMATS_MAX] = {{0, 0}};
    struct fm_logs_record *r = calloc(1, sizeof *r);
    struct fm_logs_program *programs = calloc(FORMATS_MAX, sizeof *programs);
    size_t total = 0;
    if (!r || !programs || fm_logs_n_formats > FORMATS_MAX)
        FM_BUG("out of memory");
    for (size_t f = 0; f < fm_logs_n_formats; f++) {
        counts[f].index = (uint8_t)f;
        fm_logs_format_compile(&fm_logs_formats[f], &programs[f]);
    }
    for (size_t i = 0; i < n; i++)
        for (size_t f = 0; f < fm_logs_n_formats; f++) {
            record_clear(r);
            s->format_cache = (struct fm_timestamp_cache){.len = 0};
            if (fm_logs_formats[f].is_inner ||
                !fm_logs_format_match(&programs[f], &s->format_cache, lines[i], r))
                continue;
            counts[f].n++;
            total++;
            break;
        }
    free(r);
    free(programs);
    qsort(counts, fm_logs_n_formats, sizeof *counts, by_count);
    for (size_t f = 0; f < FM_LOGS_CHAIN_MAX && counts[f].n; f++)
        fm_logs_format_compile(&fm_logs_formats[counts[f].index], &l->chain[l->n_chain++]);
    l->chain_name = fm_logs_formats[counts[0].index].name;
    s->format_cache = (struct fm_timestamp_cache){.len = 0};
    return total;
}

static size_t count_lines(struct fm_logs_line_state *s, const fm_str *lines, size_t n,
                          bool (*read)(struct fm_logs_structured_state *, fm_str,
                                       struct fm_logs_record *))
{
    struct fm_logs_record *r = calloc(1, sizeof *r);
    size_t k = 0;
    if (!r)
        FM_BUG("out of memory");
    for (size_t i = 0; i < n; i++) {
        record_clear(r);
        k += read(&s->outer, lines[i], r);
    }
    free(r);
    memset(&s->outer, 0, sizeof s->outer);
    return k;
}

/* The k-th of PLACES offsets, spread by the golden ratio so that no period of the text hides a
 * layout. */
static size_t place(size_t len, size_t k)
{
    double x = (double)k * 0.61803398874989485;
    return (size_t)((x - (double)(size_t)x) * (double)len);
}

/* Lines from all over the text that no layout so far reads, in order. */
static size_t other_lines(const struct fm_logs_layout *l, fm_str text, fm_str *lines)
{
    struct fm_timestamp_cache cache = {.len = 0};
    struct fm_logs_record *r = calloc(1, sizeof *r);
    size_t n = 0;
    if (!r)
        FM_BUG("out of memory");
    for (size_t k = 0; k < PLACES; k++) {
        fm_str rest = fm_str_sub(text, place(text.len, k), PLACE_BYTES), line;
        (void)fm_str_line(&rest, &line);
        while (n < FM_LOGS_SAMPLE_LINES && rest.len && fm_str_line(&rest, &line)) {
            bool is_read =
                fm_str_trim(line).len == 0 || fm_logs_is_continuation(line) || line.p[0] == '{';
            for (uint8_t i = 0; i < l->n_headers && !is_read; i++) {
                record_clear(r);
                cache.len = 0;
                is_read = fm_logs_header_parse(&l->headers[i], &cache, NULL, line, r);
            }
            if (!is_read)
                lines[n++] = fm_str_sub(line, 0, FM_LOGS_COMPOSED_MAX);
        }
    }
    free(r);
    return n;
}

/* The layout of the first lines; then, when enough lines elsewhere have another one, that too, and
 * so on. */
static void learn_headers(struct fm_logs_layout *l, fm_str text, const fm_str *first, size_t n)
{
    fm_str *lines = calloc(FM_LOGS_SAMPLE_LINES, sizeof *lines);
    if (!lines)
        FM_BUG("out of memory");
    fm_logs_header_learn(first, n, &l->headers[0]);
    l->n_headers = l->headers[0].has_time;
    while (text.len > FEW_BYTES && l->n_headers < FM_LOGS_HEADERS_MAX) {
        size_t k = other_lines(l, text, lines);
        struct fm_logs_header *h = &l->headers[l->n_headers];
        if (k < FEW_LINES)
            break;
        fm_logs_header_learn_any(lines, k, h);
        if (!h->has_time)
            break;
        l->n_headers++;
    }
    free(lines);
}

static void choose_outer(struct fm_logs_layout *l, struct fm_logs_line_state *s, fm_str text,
                         const fm_str *lines, size_t n)
{
    size_t few = n < FORMAT_SAMPLE ? n : FORMAT_SAMPLE;
    size_t json = count_lines(s, lines, few, fm_logs_json_line),
           logfmt = count_lines(s, lines, few, fm_logs_logfmt_line);
    size_t formats = learn_chain(l, s, lines, few);
    l->has_json = json > 0;
    l->has_logfmt = logfmt * 10 >= few && logfmt;
    learn_headers(l, text, lines, n);
    if (json * 2 >= few && json) {
        l->outer = FM_LOGS_OUTER_JSON;
        l->format = FM_STR("json");
    } else if (logfmt * 2 >= few && logfmt) {
        l->outer = FM_LOGS_OUTER_LOGFMT;
        l->format = FM_STR("logfmt");
    } else if (formats * 5 >= few * 4 && formats) {
        l->outer = FM_LOGS_OUTER_FORMAT;
        l->format = fm_str_c(l->chain_name);
    } else if (l->n_headers > 0) {
        l->outer = FM_LOGS_OUTER_GENERIC;
        l->format = FM_STR("generic");
    }
    l->is_mixed = (l->outer == FM_LOGS_OUTER_FORMAT && formats < few) || n < FEW_LINES;
}

/* Behind a learned header pairs may be the end of a sentence; a message of its own says that all
 * of it is logfmt. */
static size_t count_named_messages(const fm_str *messages, size_t n)
{
    size_t k = 0;
    for (size_t i = 0; i < n; i++)
        k += fm_str_has(messages[i], FM_STR("msg=")) || fm_str_has(messages[i], FM_STR("message="));
    return k;
}

/* Forms of the messages inside the outer form. */
static void learn_inner(struct fm_logs_layout *l, struct fm_ctx *ctx, struct fm_logs_line_state *s,
                        const fm_str *lines, size_t n)
{
    fm_str *messages = FM_NEW_ARRAY(&ctx->arena, fm_str, INNER_SAMPLE);
    struct fm_logs_record *r = FM_NEW(&ctx->arena, struct fm_logs_record);
    size_t k = 0, pairs = 0;
    for (size_t i = 0; i < n && k < INNER_SAMPLE; i++)
        if (!fm_logs_layout_line(l, s, lines[i], r) && r->has_time)
            messages[k++] = fm_str_dup(&ctx->arena, fm_str_trim(r->message));
    if (k == 0)
        return;
    pairs = count_lines(s, messages, k, fm_logs_logfmt_line);
    if (l->outer != FM_LOGS_OUTER_GENERIC || count_named_messages(messages, k) * 2 >= k)
        l->has_logfmt |= pairs * 2 >= k;
    if (l->outer == FM_LOGS_OUTER_GENERIC)
        return;
    fm_logs_header_learn(messages, k, &l->inner);
    l->has_inner = l->inner.has_time && l->inner.token == 0;
}

static void learn_first(struct fm_logs_layout *l, struct fm_logs_line_state *s, const fm_str *lines,
                        size_t n, struct fm_logs_record *r)
{
    for (size_t i = 0; i < n; i++) {
        (void)fm_logs_layout_line(l, s, lines[i], r);
        if (r->has_time) {
            l->base.first = r->t;
            fm_timestamp_base_year(&l->base);
            return;
        }
    }
}

void fm_logs_layout_learn(struct fm_logs_layout *l, struct fm_ctx *ctx, fm_str text,
                          const struct fm_logs_options *opt)
{
    fm_str *lines = FM_NEW_ARRAY(&ctx->arena, fm_str, FM_LOGS_SAMPLE_LINES);
    struct fm_logs_line_state *s = FM_NEW(&ctx->arena, struct fm_logs_line_state);
    struct fm_logs_record *r = FM_NEW(&ctx->arena, struct fm_logs_record);
    size_t n = sample_lines(text, lines);
    *l = (struct fm_logs_layout){.format = FM_STR("plain")};
    l->base = (struct fm_timestamp_base){
        .zone_s = opt->zone_s, .first = FM_TIME_NONE, .reference = opt->reference};
    if (fm_logs_block_learn(text, &l->block)) {
        l->outer = FM_LOGS_OUTER_BLOCK;
        l->format = fm_logs_block_name(l->block.kind);
    } else if (n > 1 && fm_logs_csv_columns(lines[0], &l->columns)) {
        l->outer = FM_LOGS_OUTER_CSV;
        l->format = FM_STR("csv");
    } else {
        choose_outer(l, s, text, lines, n);
    }
    fm_logs_line_state_init(s);
    learn_inner(l, ctx, s, lines, n);
    fm_logs_line_state_init(s);
    learn_first(l, s, lines, n, r);
}
