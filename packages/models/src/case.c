/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/models/case.h"

#include "case_impl.h"

struct fm_case *fm_case_new(struct fm_arena *a)
{
    struct fm_case *c = FM_NEW(a, struct fm_case);
    fm_record_init(&fm_case_type, c);
    for (size_t i = 0; i < FM_MILESTONE_COUNT; i++)
        fm_record_init(&fm_milestone_type, &c->milestones[i]);
    c->arena = a;
    fm_map_init(&c->ids, a);
    fm_map_init(&c->link_index, a);
    return c;
}

/* The vector that holds items of a kind, and the size of an item. */
static void *items_of(const struct fm_case *c, enum fm_ref_kind kind, size_t *size)
{
#define KIND(k, vec)                                                                               \
    case k:                                                                                        \
        *size = sizeof *c->vec.items;                                                              \
        return c->vec.items
    switch (kind) {
        KIND(FM_REF_EVIDENCE, evidence);
        KIND(FM_REF_HYPOTHESIS, hypotheses);
        KIND(FM_REF_REQUEST, requests);
        KIND(FM_REF_SOLUTION, solutions);
        KIND(FM_REF_FILE, files);
        KIND(FM_REF_MESSAGE, messages);
        KIND(FM_REF_CHANGE, changes);
        KIND(FM_REF_ROOT_CAUSE, root_causes);
        KIND(FM_REF_ESCALATION, escalations);
        KIND(FM_REF_REPORT, reports);
        KIND(FM_REF_ACTION, actions);
    case FM_REF_NONE:
    case FM_REF_COUNT:
        break;
    }
#undef KIND
    return NULL;
}

/* An entry's value is index * FM_REF_COUNT + kind; kind is never 0, so the value is never NULL. */
void *fm_case_find(const struct fm_case *c, enum fm_ref_kind kind, fm_str id)
{
    uintptr_t v = (uintptr_t)fm_map_get(&c->ids, id);
    if (!v || v % FM_REF_COUNT != kind)
        return NULL;
    size_t size = 0;
    char *items = items_of(c, kind, &size);
    return items + v / FM_REF_COUNT * size;
}

bool fm_case_index(struct fm_case *c, enum fm_ref_kind kind, fm_str id, size_t index)
{
    if (!id.len || fm_map_get(&c->ids, id))
        return false;
    fm_map_put(&c->ids, id)->value = (void *)(index * FM_REF_COUNT + kind);
    return true;
}

enum fm_member_role fm_case_role(const struct fm_case *c, fm_str user)
{
    fm_vec_each (&c->members, m)
        if (fm_str_eq(m->user, user))
            return m->role == FM_MEMBER_REMOVED ? FM_MEMBER_NONE : m->role;
    return FM_MEMBER_NONE;
}

fm_str fm_link_key(char buf[FM_LINK_KEY_MAX], fm_str hypothesis_id, fm_str evidence_id)
{
    size_t a = hypothesis_id.len < 40 ? hypothesis_id.len : 40;
    size_t b = evidence_id.len < 40 ? evidence_id.len : 40;
    memcpy(buf, hypothesis_id.p ? hypothesis_id.p : "", a);
    buf[a] = ' ';
    memcpy(buf + a + 1, evidence_id.p ? evidence_id.p : "", b);
    return fm_str_n(buf, a + 1 + b);
}

struct fm_link *fm_case_link(const struct fm_case *c, fm_str hypothesis_id, fm_str evidence_id)
{
    char key[FM_LINK_KEY_MAX];
    uintptr_t i =
        (uintptr_t)fm_map_get(&c->link_index, fm_link_key(key, hypothesis_id, evidence_id));
    return i ? &c->links.items[i - 1] : NULL;
}

struct fm_root_cause *fm_case_root_cause(const struct fm_case *c)
{
    struct fm_root_cause *best = NULL;
    fm_vec_each (&c->root_causes, r) {
        if (r->status == FM_FACT_REVOKED)
            continue;
        if (!best || (best->role != FM_CAUSE_TRIGGER && r->role == FM_CAUSE_TRIGGER))
            best = r;
    }
    return best;
}

struct fm_episode *fm_case_episode(const struct fm_case *c)
{
    if (!c->episodes.n)
        return NULL;
    struct fm_episode *e = &c->episodes.items[c->episodes.n - 1];
    return e->exited_at == FM_TIME_NONE ? e : NULL;
}

static bool strs_have(const struct fm_strs *list, fm_str s)
{
    fm_vec_each (list, it)
        if (fm_str_eq(*it, s))
            return true;
    return false;
}

void fm_strs_add_unique(struct fm_arena *a, struct fm_strs *list, const struct fm_strs *more)
{
    struct fm_strs all = {0};
    fm_vec_reserve(a, &all, list->n + more->n);
    fm_vec_each (list, it)
        fm_vec_push(a, &all, *it);
    fm_vec_each (more, it)
        if (!strs_have(&all, *it))
            fm_vec_push(a, &all, *it);
    *list = all;
}
