/* SPDX-License-Identifier: Apache-2.0 */
/* Arguments that the tools have in common, and the lines of their results. */
#include "inquiry/internal.h"

static enum fm_code read_time(struct fm_inquiry *q, struct fm_ctx *ctx, yyjson_val *args,
                              const char *key, fm_time *out)
{
    fm_str s = fm_str_trim(fm_json_get_str(args, key));
    int64_t ns = 0;
    *out = FM_TIME_NONE;
    if (!s.len || fm_time_parse(s, out))
        return FM_OK;
    if (!fm_str_starts(s, FM_STR("onset")))
        return fm_fail(ctx, FM_EINVAL,
                       "%s: \"%.*s\" is no time; write 2025-11-06T09:40:00Z or onset-10m", key,
                       FM_STR_ARG(fm_str_sub(s, 0, 40)));
    if (!q->diagnosis || q->diagnosis->onset == FM_TIME_NONE)
        return fm_fail(ctx, FM_EINVAL, "%s: the onset is not known; give a time", key);
    fm_str rest = fm_str_skip(s, 5);
    bool is_back = fm_str_starts(rest, FM_STR("-"));
    if (rest.len && !fm_duration_parse(fm_str_skip(rest, 1), &ns))
        return fm_fail(ctx, FM_EINVAL, "%s: \"%.*s\" is no duration", key, FM_STR_ARG(rest));
    *out = q->diagnosis->onset + (is_back ? -ns : ns);
    return FM_OK;
}

static bool is_evidence(const struct fm_inquiry *q, fm_str id)
{
    for (size_t i = 0; i < q->incident.inputs.n; i++)
        if (fm_str_eq(q->ids[i], id))
            return true;
    return false;
}

enum fm_code inquiry_filter_read(struct fm_inquiry *q, struct fm_ctx *ctx, yyjson_val *args,
                                 struct inquiry_filter *out)
{
    int64_t limit = fm_json_get_i64(args, "limit", INQUIRY_LIMIT);
    *out = (struct inquiry_filter){.evidence_id = fm_str_trim(fm_json_get_str(args, "evidence_id")),
                                   .entity = fm_str_trim(fm_json_get_str(args, "entity")),
                                   .words = fm_str_trim(fm_json_get_str(args, "words"))};
    out->limit = limit < 1 ? 1 : limit > INQUIRY_LIMIT_MAX ? INQUIRY_LIMIT_MAX : (size_t)limit;
    if (out->evidence_id.len && !is_evidence(q, out->evidence_id))
        return fm_fail(ctx, FM_EINVAL,
                       "evidence_id: \"%.*s\" is no evidence of this case that was analysed",
                       FM_STR_ARG(fm_str_sub(out->evidence_id, 0, 40)));
    FM_TRY(read_time(q, ctx, args, "since", &out->since));
    return read_time(q, ctx, args, "until", &out->until);
}

bool inquiry_takes_evidence(const struct fm_inquiry *q, const struct inquiry_filter *f,
                            const struct fm_evidence *e)
{
    return q->ids[e->index].len &&
           (!f->evidence_id.len || fm_str_eq(q->ids[e->index], f->evidence_id));
}

bool inquiry_takes_entity(const struct fm_inquiry *q, const struct inquiry_filter *f,
                          fm_entity_id id)
{
    return !f->entity.len || fm_str_ihas(fm_incident_entity_of(&q->incident, id).name, f->entity);
}

bool inquiry_takes_words(const struct inquiry_filter *f, fm_str text)
{
    fm_str rest = f->words, word;
    while (fm_str_word(&rest, &word))
        if (!fm_str_ihas(text, word))
            return false;
    return true;
}

bool inquiry_takes_time(const struct inquiry_filter *f, fm_time t)
{
    if (f->since == FM_TIME_NONE && f->until == FM_TIME_NONE)
        return true;
    return t != FM_TIME_NONE && (f->since == FM_TIME_NONE || t >= f->since) &&
           (f->until == FM_TIME_NONE || t <= f->until);
}

/* ---- results ---- */

static void put_line(struct fm_buf *out, fm_str text)
{
    for (size_t i = 0; i < text.len; i++)
        fm_buf_addc(out, text.p[i] == '\n' || text.p[i] == '\r' ? ' ' : text.p[i]);
    fm_buf_addc(out, '\n');
}

void inquiry_put(struct fm_inquiry *q, struct fm_buf *out, fm_span span, fm_str text)
{
    fm_str place = fm_inquiry_place(q, &q->ctx->arena, span);
    if (place.len)
        fm_buf_addf(out, "%.*s ", FM_STR_ARG(place));
    put_line(out, text);
}

void inquiry_put_fact(struct fm_inquiry *q, struct fm_buf *out, fm_span span, fm_str text)
{
    fm_inquiry_note(q, span, text);
    inquiry_put(q, out, span, text);
}

fm_str inquiry_quote(const struct fm_inquiry *q, fm_span span)
{
    if (!span.length || span.evidence >= q->incident.inputs.n)
        return FM_STR_NULL;
    fm_str rest =
               fm_str_sub(q->incident.inputs.items[span.evidence]->bytes, span.offset, span.length),
           line = FM_STR_NULL;
    rest = fm_str_trim(rest);
    fm_str_line(&rest, &line);
    size_t n = line.len < INQUIRY_LINE_MAX ? line.len : INQUIRY_LINE_MAX;
    while (n && n < line.len && ((unsigned char)line.p[n] & 0xC0) == 0x80)
        n--;
    return fm_str_sub(line, 0, n);
}
