/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/base/hash.h"
#include "faultmaven/security/crypto.h"
#include "faultmaven/security/stream.h"
#include "replace/form.h"
#include "replace/pseudonyms.h"
#include "scan/state.h"

struct job {
    const struct fm_redactor *r;
    struct fm_ctx *ctx;
    struct fm_pseudonyms *map;
    struct fm_buf *out;
};

static void add_tag(struct fm_buf *out, enum fm_sensitive type)
{
    fm_buf_addc(out, '<');
    for (const char *n = fm_sensitive_name(type); *n; n++)
        fm_buf_addc(out, *n >= 'a' && *n <= 'z' ? (char)(*n - 'a' + 'A') : *n);
}

static enum fm_code put_token(struct job *j, enum fm_sensitive type, fm_str value)
{
    const struct fm_pseudonym *p;
    FM_TRY(fm_pseudonyms_number(j->map, j->ctx, type, value, &p));
    add_tag(j->out, type);
    fm_buf_addf(j->out, "_%u>", p->number);
    return FM_OK;
}

static enum fm_code put_form(struct job *j, enum fm_sensitive type, fm_str value)
{
    const struct fm_pseudonym *p;
    if (fm_pseudonyms_is_fake(j->map, value)) {
        fm_buf_adds(j->out, value);
        return FM_OK;
    }
    FM_TRY(fm_pseudonyms_fake(j->map, j->ctx, type, value, &p));
    if (!p->number) {
        fm_buf_adds(j->out, p->fake);
        return FM_OK;
    }
    add_tag(j->out, type);
    fm_buf_addf(j->out, "_%u>", p->number);
    return FM_OK;
}

static void put_hash(struct job *j, enum fm_sensitive type, fm_str value)
{
    uint8_t mac[32];
    char hex[13];
    fm_hmac_sha256(j->map->key, value, mac);
    fm_hex(mac, 6, hex);
    add_tag(j->out, type);
    fm_buf_addf(j->out, ":%s>", hex);
}

static enum fm_code need_map(struct job *j)
{
    return j->map ? FM_OK : fm_fail(j->ctx, FM_EINVAL, "the actions token, hash and format need the map of a case");
}

static enum fm_code replace(struct job *j, const struct fm_finding *f, fm_str value)
{
    enum fm_redact_action a = j->r->policy.action[f->type];
    bool is_secret = fm_sensitive_family(f->type) == FM_FAMILY_SECRETS;
    if (a == FM_ACTION_TOKEN || a == FM_ACTION_HASH || a == FM_ACTION_FORMAT)
        FM_TRY(need_map(j));
    switch (a) {
    case FM_ACTION_TOKEN:
        return put_token(j, f->type, value);
    case FM_ACTION_FORMAT:
        return put_form(j, f->type, value);
    case FM_ACTION_HASH:
        put_hash(j, f->type, value);
        return FM_OK;
    case FM_ACTION_PARTIAL:
        if (!is_secret) {
            fm_form_partial(j->out, f->type, value);
            return FM_OK;
        }
        break;
    case FM_ACTION_KEEP:
    case FM_ACTION_MASK:
    case FM_ACTION_COUNT:
    default:
        break;
    }
    add_tag(j->out, f->type);
    fm_buf_addc(j->out, '>');
    return FM_OK;
}

static enum fm_code apply(struct job *j, fm_str line, struct fm_findings found)
{
    size_t at = 0;
    for (size_t i = 0; i < found.n; i++) {
        const struct fm_finding *f = &found.items[i];
        fm_buf_adds(j->out, fm_str_sub(line, at, f->start - at));
        FM_TRY(replace(j, f, fm_str_sub(line, f->start, f->end - f->start)));
        at = f->end;
    }
    fm_buf_adds(j->out, fm_str_skip(line, at));
    if (j->out->overflow)
        return fm_fail(j->ctx, FM_ELIMIT, "the redacted text is longer than %zu bytes", j->out->max);
    return FM_OK;
}

enum fm_code fm_redact_apply(const struct fm_redactor *r, struct fm_ctx *ctx, struct fm_pseudonyms *map, fm_str line, struct fm_findings found, struct fm_buf *out)
{
    struct job j = {.r = r, .ctx = ctx, .map = map, .out = out};
    if (map)
        fm_pseudonyms_reserve(map, line);
    return apply(&j, line, found);
}

struct fm_findings fm_redact_find(const struct fm_redactor *r, struct fm_ctx *ctx, fm_str text)
{
    FM_VEC(struct fm_finding) all = {0};
    struct fm_redact_scan *scan = fm_redact_scan_new(r);
    size_t base = 0;
    while (base < text.len) {
        bool ends_line = false;
        fm_str rest = fm_str_skip(text, base);
        size_t n = fm_redact_piece_length(rest, true, &ends_line);
        struct fm_findings f = fm_redact_scan_line(scan, fm_str_n(rest.p, n));
        for (size_t i = 0; i < f.n; i++) {
            struct fm_finding x = f.items[i];
            x.start += base;
            x.end += base;
            fm_vec_push(&ctx->arena, &all, x);
        }
        base += n + ends_line;
    }
    fm_redact_scan_free(scan);
    return (struct fm_findings){all.items, all.n};
}

#define REDACTED_MAX (256u * 1024 * 1024)

enum fm_code fm_redact_text(const struct fm_redactor *r, struct fm_ctx *ctx, struct fm_pseudonyms *map, fm_str text, struct fm_redacted *out)
{
    struct fm_findings found = fm_redact_find(r, ctx, text);
    struct fm_buf buf;
    struct fm_redacted result = {.total = found.n};
    fm_buf_init(&buf, REDACTED_MAX);
    enum fm_code code = fm_redact_apply(r, ctx, map, text, found, &buf);
    if (code == FM_OK) {
        for (size_t i = 0; i < found.n; i++)
            result.counts[found.items[i].type]++;
        result.text = fm_str_dup(&ctx->arena, fm_buf_str(&buf));
        *out = result;
    }
    fm_buf_release(&buf);
    return code;
}
