/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "faultmaven/base/json.h"
#include "faultmaven/base/vec.h"
#include "faultmaven/security/detector.h"

struct presidio {
    struct fm_detector base;
    struct fm_http_post http;
    char *url;
    char *language;
    double min_score;
};

/* Entities of the analyzer (https://microsoft.github.io/presidio/supported_entities/) as types of
 * ours. */
static const struct {
    const char *entity;
    enum fm_sensitive type;
} entities[] = {
    {"PERSON", FM_SENSITIVE_PERSON},
    {"LOCATION", FM_SENSITIVE_LOCATION},
    {"ORGANIZATION", FM_SENSITIVE_ORGANIZATION},
    {"NRP", FM_SENSITIVE_NRP},
    {"DATE_TIME", FM_SENSITIVE_DATE},
    {"EMAIL_ADDRESS", FM_SENSITIVE_EMAIL},
    {"PHONE_NUMBER", FM_SENSITIVE_PHONE},
    {"CREDIT_CARD", FM_SENSITIVE_CARD},
    {"IBAN_CODE", FM_SENSITIVE_IBAN},
    {"IP_ADDRESS", FM_SENSITIVE_IP},
    {"URL", FM_SENSITIVE_URL},
    {"US_SSN", FM_SENSITIVE_NATIONAL_ID},
    {"US_ITIN", FM_SENSITIVE_NATIONAL_ID},
    {"US_PASSPORT", FM_SENSITIVE_NATIONAL_ID},
    {"US_DRIVER_LICENSE", FM_SENSITIVE_LICENSE},
    {"US_BANK_NUMBER", FM_SENSITIVE_NUMBER},
    {"MEDICAL_LICENSE", FM_SENSITIVE_LICENSE},
    {"UK_NHS", FM_SENSITIVE_NATIONAL_ID},
    {"CRYPTO", FM_SENSITIVE_SECRET},
};

/* An entity that the table does not know still counts. */
static enum fm_sensitive type_of(fm_str entity)
{
    for (size_t i = 0; i < sizeof entities / sizeof *entities; i++)
        if (fm_str_eqc(entity, entities[i].entity))
            return entities[i].type;
    return FM_SENSITIVE_NATIONAL_ID;
}

/* Byte offset of every code point of text, and of its end. */
static size_t *offsets(struct fm_ctx *ctx, fm_str text, size_t *n)
{
    size_t *at = FM_NEW_ARRAY(&ctx->arena, size_t, text.len + 1), k = 0;
    for (size_t i = 0; i < text.len; i++)
        if (((unsigned char)text.p[i] & 0xc0) != 0x80)
            at[k++] = i;
    at[k] = text.len;
    *n = k;
    return at;
}

static enum fm_code bad(struct fm_ctx *ctx, const char *what)
{
    return fm_fail(ctx, FM_EUPSTREAM,
                   "the external detector answered wrongly (%s); nothing is sent", what);
}

static enum fm_code read_answer(const struct presidio *d, struct fm_ctx *ctx, fm_str text,
                                fm_str body, struct fm_findings *out)
{
    FM_VEC(struct fm_finding) found = {0};
    yyjson_val *root, *item;
    size_t n, idx, max, *at = offsets(ctx, text, &n);
    if (fm_json_read(ctx, body, &root) != FM_OK) {
        fm_ctx_clear_error(ctx);
        return bad(ctx, "no JSON");
    }
    if (!yyjson_is_arr(root))
        return bad(ctx, "no list");
    yyjson_arr_foreach(root, idx, max, item)
    {
        int64_t start = fm_json_get_i64(item, "start", -1), end = fm_json_get_i64(item, "end", -1);
        fm_str entity = fm_json_get_str(item, "entity_type");
        if (start < 0 || end <= start || (uint64_t)end > n || entity.len == 0)
            return bad(ctx, "a range outside the text");
        if (fm_json_get_f64(item, "score", 1) < d->min_score)
            continue;
        struct fm_finding f = {.start = at[start], .end = at[end], .type = type_of(entity)};
        fm_vec_push(&ctx->arena, &found, f);
    }
    *out = (struct fm_findings){found.items, found.n};
    return FM_OK;
}

static enum fm_code find(struct fm_detector *base, struct fm_ctx *ctx, fm_str text,
                         struct fm_findings *out)
{
    struct presidio *d = (struct presidio *)base;
    struct fm_http_reply reply = {0};
    struct fm_buf body;
    yyjson_mut_doc *doc = fm_json_new(&ctx->arena);
    yyjson_mut_val *root = yyjson_mut_obj(doc);
    fm_json_add_str(doc, root, "text", text);
    fm_json_add_strz(doc, root, "language", d->language);
    fm_buf_init(&body, text.len * 6 + 4096);
    enum fm_code code = fm_json_write(ctx, doc, root, false, &body);
    if (code == FM_OK)
        code = d->http.post(d->http.arg, ctx, fm_str_c(d->url), fm_buf_str(&body), &reply);
    fm_buf_release(&body);
    if (code != FM_OK)
        return code;
    if (reply.status != 200)
        return fm_fail(ctx, FM_EUPSTREAM,
                       "the external detector answered with status %d; nothing is sent",
                       reply.status);
    return read_answer(d, ctx, text, reply.body, out);
}

static void release(struct fm_detector *base)
{
    struct presidio *d = (struct presidio *)base;
    free(d->url);
    free(d->language);
    free(d);
}

static const struct fm_detector_ops ops = {.find = find, .free = release};

struct fm_detector *fm_detector_presidio_new(const struct fm_http_post *http, fm_str url,
                                             fm_str language, double min_score)
{
    struct presidio *d = calloc(1, sizeof *d);
    FM_ASSERT(d != NULL);
    size_t n = url.len && url.p[url.len - 1] == '/' ? url.len - 1 : url.len;
    d->base.ops = &ops;
    d->http = *http;
    d->min_score = min_score;
    if (asprintf(&d->url, "%.*s/analyze", (int)n, url.p) < 0 ||
        asprintf(&d->language, "%.*s", FM_STR_ARG(language)) < 0)
        FM_BUG("out of memory");
    return &d->base;
}

void fm_detector_free(struct fm_detector *d)
{
    if (d)
        d->ops->free(d);
}
