/* SPDX-License-Identifier: Apache-2.0 */
#include "processing/logs/header_memo.h"

#include "processing/logs/mask.h"
#include "processing/logs/mix.h"

#define STEP FM_LOGS_MASK_STEP

void fm_logs_header_memo_init(struct fm_logs_header_memo *m)
{
    memset(m, 0, sizeof *m);
    for (size_t i = 0; i < FM_LOGS_HEADER_SETS; i++)
        for (uint8_t k = 0; k < FM_LOGS_HEADER_WAYS; k++)
            m->sets[i].order[k] = k;
}

static void mask_up_to(struct fm_logs_header_ask *a, size_t n)
{
    for (; a->n_masked < n; a->n_masked += STEP)
        fm_logs_mask_step(a->in + 1 + a->n_masked, a->masked + a->n_masked);
}

void fm_logs_header_ask(struct fm_logs_header_memo *m, const struct fm_logs_header *h,
                        const char *p, const char *end, struct fm_logs_header_ask *out)
{
    out->header = h;
    out->p = p;
    out->n_masked = 0;
    out->n = (size_t)(end - p);
    if (out->n >= sizeof out->in - 1) {
        out->n = FM_LOGS_HEADER_LOOK;
        memcpy(out->in, p - 1, sizeof out->in);
    } else {
        memset(out->in, 0, sizeof out->in);
        memcpy(out->in, p - 1, out->n + 1);
        out->n = out->n < FM_LOGS_HEADER_LOOK ? out->n : FM_LOGS_HEADER_LOOK;
    }
    mask_up_to(out, 1);
    const char *text = (const char *)out->masked;
    uint64_t hash = fm_mix(fm_mix_load8(text), fm_mix_load8(text + 8));
    out->set = &m->sets[hash % FM_LOGS_HEADER_SETS];
}

static bool is_like(struct fm_logs_header_ask *a, const struct fm_logs_header_known *k)
{
    if (k->header != a->header || k->len > a->n)
        return false;
    mask_up_to(a, k->len);
    return memcmp(k->text, a->masked, k->len) == 0;
}

/* Makes the i-th of the set's order the first one. */
static struct fm_logs_header_known *use(struct fm_logs_header_set *s, unsigned i)
{
    uint8_t which = s->order[i];
    for (; i > 0; i--)
        s->order[i] = s->order[i - 1];
    s->order[0] = which;
    return &s->known[which];
}

static const struct fm_logs_header_known *find(struct fm_logs_header_ask *a)
{
    for (unsigned i = 0; i < FM_LOGS_HEADER_WAYS; i++)
        if (is_like(a, &a->set->known[a->set->order[i]]))
            return use(a->set, i);
    return NULL;
}

static fm_str piece(const struct fm_logs_header_ask *a, struct fm_logs_header_piece s)
{
    return fm_str_n(a->p + s.off, s.len);
}

const char *fm_logs_header_recall(struct fm_logs_header_ask *a, struct fm_logs_record *r)
{
    const struct fm_logs_header_known *k = find(a);
    if (!k)
        return NULL;
    r->level = (enum fm_logs_level)k->level;
    r->component = piece(a, k->component);
    for (uint8_t i = 0; i < k->n_fields; i++)
        r->fields[i] = (struct fm_logs_pair){k->names[i], piece(a, k->values[i])};
    r->n_fields = k->n_fields;
    return a->p + k->message;
}

static struct fm_logs_header_piece place_of(const struct fm_logs_header_ask *a, fm_str s)
{
    if (!s.len)
        return (struct fm_logs_header_piece){0, 0};
    return (struct fm_logs_header_piece){(uint8_t)(s.p - a->p), (uint8_t)s.len};
}

void fm_logs_header_remember(struct fm_logs_header_ask *a, const struct fm_logs_record *r,
                             const char *message, const char *far)
{
    size_t len = (size_t)(far - a->p);
    if (len > a->n || r->n_fields > FM_LOGS_HEADER_PAIRS)
        return;
    struct fm_logs_header_known *k = use(a->set, FM_LOGS_HEADER_WAYS - 1);
    mask_up_to(a, len);
    memcpy(k->text, a->masked, len);
    k->header = a->header;
    k->len = (uint8_t)len;
    k->message = (uint8_t)(message - a->p);
    k->level = (uint8_t)r->level;
    k->component = place_of(a, r->component);
    k->n_fields = (uint8_t)r->n_fields;
    for (size_t i = 0; i < r->n_fields; i++) {
        k->names[i] = r->fields[i].name;
        k->values[i] = place_of(a, r->fields[i].value);
    }
}
