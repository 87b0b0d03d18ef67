/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "faultmaven/base/hash.h"
#include "faultmaven/security/crypto.h"
#include "faultmaven/security/slots.h"
#include "faultmaven/security/stream.h"
#include "replace/form.h"
#include "replace/found.h"
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
    return j->map ? FM_OK
                  : fm_fail(j->ctx, FM_EINVAL,
                            "the actions token, hash and format need the map of a case");
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
        return fm_fail(j->ctx, FM_ELIMIT, "the redacted text is longer than %zu bytes",
                       j->out->max);
    return FM_OK;
}

struct fm_replacer {
    const struct fm_redactor *r;
    struct fm_pseudonyms *map;
    struct fm_redact_scan *again;
    struct fm_buf work;
};

#define PIECE_MAX (16u * 1024 * 1024)
#define PASSES_MAX 6

struct fm_replacer *fm_replacer_new(const struct fm_redactor *r, struct fm_pseudonyms *map)
{
    struct fm_replacer *p = calloc(1, sizeof *p);
    FM_ASSERT(p != NULL);
    p->r = r;
    p->map = map;
    p->again = fm_redact_scan_new(r);
    fm_buf_init(&p->work, PIECE_MAX);
    return p;
}

void fm_replacer_free(struct fm_replacer *p)
{
    if (!p)
        return;
    fm_redact_scan_free(p->again);
    fm_buf_release(&p->work);
    free(p);
}

/* Replaces in out, from `from` on, until a scan finds nothing more. */
static enum fm_code settle(struct fm_replacer *p, struct job *j, size_t from)
{
    for (unsigned pass = 0; pass < PASSES_MAX; pass++) {
        fm_str text = fm_str_skip(fm_buf_str(j->out), from);
        if (text.len > FM_REDACT_LINE_MAX)
            return FM_OK;
        fm_redact_scan_reset(p->again);
        struct fm_findings found = fm_redact_scan_line(p->again, text);
        if (!found.n)
            return FM_OK;
        struct job inner = *j;
        inner.out = &p->work;
        fm_buf_clear(&p->work);
        FM_TRY(apply(&inner, text, found));
        j->out->len = from;
        fm_buf_adds(j->out, fm_buf_str(&p->work));
    }
    return FM_OK;
}

enum fm_code fm_replacer_add(struct fm_replacer *p, struct fm_ctx *ctx, fm_str line,
                             struct fm_findings found, struct fm_buf *out)
{
    struct job j = {.r = p->r, .ctx = ctx, .map = p->map, .out = out};
    size_t from = out->len;
    if (p->map)
        fm_pseudonyms_reserve(p->map, line);
    FM_TRY(apply(&j, line, found));
    return found.n ? settle(p, &j, from) : FM_OK;
}

static void look_ahead(struct fm_redact_scan *scan, fm_str text, size_t n)
{
    bool ends_line = false;
    if (!fm_redact_wants_ahead(fm_str_n(text.p, n)))
        return;
    fm_str behind = fm_str_skip(text, n + 1);
    fm_redact_scan_ahead(scan,
                         fm_str_n(behind.p, fm_redact_piece_length(behind, true, &ends_line)));
}

struct finding_list FM_VEC_OF(struct fm_finding);

/* One pass over the text; findings go to `all`, unless it is NULL. */
static void find_all(struct fm_redact_scan *scan, struct fm_ctx *ctx, fm_str text,
                     struct finding_list *all)
{
    size_t base = 0;
    while (base < text.len) {
        bool ends_line = false;
        fm_str rest = fm_str_skip(text, base);
        size_t n = fm_redact_piece_length(rest, true, &ends_line);
        look_ahead(scan, rest, n);
        struct fm_findings f = fm_redact_scan_line(scan, fm_str_n(rest.p, n));
        for (size_t i = 0; all && i < f.n; i++) {
            struct fm_finding x = f.items[i];
            x.start += base;
            x.end += base;
            fm_vec_push(&ctx->arena, all, x);
        }
        base += n + ends_line;
    }
}

struct fm_findings fm_redact_find(const struct fm_redactor *r, struct fm_ctx *ctx, fm_str text)
{
    struct finding_list all = {0};
    struct fm_redact_scan *scan = fm_redact_scan_new(r);
    find_all(scan, ctx, text, &all);
    fm_redact_scan_free(scan);
    return (struct fm_findings){all.items, all.n};
}

struct fm_findings fm_redact_find_twice(const struct fm_redactor *r, struct fm_ctx *ctx,
                                        fm_str text)
{
    struct finding_list all = {0};
    if (!text.len || !memchr(text.p, '\n', text.len))
        return fm_redact_find(r, ctx, text);
    struct fm_redact_scan *scan = fm_redact_scan_new(r);
    struct fm_slot_source *slots = fm_slot_learner_new();
    fm_redact_scan_slots(scan, slots);
    find_all(scan, ctx, text, NULL);
    fm_redact_scan_reset(scan);
    find_all(scan, ctx, text, &all);
    fm_redact_scan_free(scan);
    fm_slot_learner_free(slots);
    return (struct fm_findings){all.items, all.n};
}

#define REDACTED_MAX (256u * 1024 * 1024)

/* The part of the findings that lies in [base, base + n), moved to start at 0; *at is the first
 * that is not done. */
static struct fm_findings cut(struct fm_findings all, size_t *at, size_t base, size_t n)
{
    size_t first = *at;
    while (*at < all.n && all.items[*at].end <= base + n)
        ++*at;
    struct fm_finding *items = all.n ? (struct fm_finding *)(uintptr_t)all.items + first : NULL;
    for (size_t i = 0; i < *at - first; i++) {
        items[i].start -= base;
        items[i].end -= base;
    }
    return (struct fm_findings){items, *at - first};
}

static enum fm_code replace_all(struct fm_replacer *p, struct fm_ctx *ctx, fm_str text,
                                struct fm_findings found, struct fm_buf *out)
{
    size_t at = 0, base = 0;
    if (p->map)
        fm_pseudonyms_reserve(p->map, text);
    while (base < text.len) {
        bool ends_line = false;
        fm_str rest = fm_str_skip(text, base);
        size_t n = fm_redact_piece_length(rest, true, &ends_line);
        FM_TRY(fm_replacer_add(p, ctx, fm_str_n(rest.p, n), cut(found, &at, base, n), out));
        if (ends_line)
            fm_buf_addc(out, '\n');
        base += n + ends_line;
    }
    return FM_OK;
}

enum fm_code fm_redact_found(const struct fm_redact_target *t, struct fm_ctx *ctx, fm_str text,
                             struct fm_findings found, fm_str *out)
{
    struct fm_buf buf;
    struct fm_replacer *p = fm_replacer_new(t->redactor, t->map);
    fm_buf_init(&buf, REDACTED_MAX);
    enum fm_code code = replace_all(p, ctx, text, found, &buf);
    if (code == FM_OK)
        *out = fm_str_dup(&ctx->arena, fm_buf_str(&buf));
    fm_buf_release(&buf);
    fm_replacer_free(p);
    return code;
}

enum fm_code fm_redact_text(const struct fm_redactor *r, struct fm_ctx *ctx,
                            struct fm_pseudonyms *map, fm_str text, struct fm_redacted *out)
{
    struct fm_findings found = fm_redact_find(r, ctx, text);
    struct fm_redacted result = {.total = found.n};
    for (size_t i = 0; i < found.n; i++)
        result.counts[found.items[i].type]++;
    FM_TRY(fm_redact_found(&(struct fm_redact_target){r, map}, ctx, text, found, &result.text));
    *out = result;
    return FM_OK;
}
