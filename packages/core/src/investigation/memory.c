/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of a long case is kept, and how: the structured case is the memory, so facts come first and
 * are never dropped, only shortened; then the newest messages verbatim; then older turns as one
 * line each.
 */
#include "faultmaven/core/investigation.h"

#define VERBATIM_MESSAGES 10

struct memory {
    struct fm_arena *a;
    struct fm_memory list;
    size_t budget;
    size_t used;
};

static size_t tokens_of(fm_str s)
{
    return (s.len + 3) / 4;
}

static bool add(struct memory *m, enum fm_memory_tier tier, fm_str id, fm_str text)
{
    size_t n = tokens_of(text);
    if (m->used + n > m->budget)
        return false;
    m->used += n;
    fm_vec_push(m->a, &m->list, (struct fm_memory_item){tier, id, text, n});
    return true;
}

/* The id always survives; words go first. */
static void add_fact(struct memory *m, fm_str id, fm_str text, size_t share)
{
    fm_str whole = fm_str_fmt(m->a, "%.*s: %.*s", FM_STR_ARG(id), FM_STR_ARG(text));
    if (tokens_of(whole) > share || !add(m, FM_MEMORY_FACT, id, whole)) {
        size_t keep = share * 4 > id.len + 8 ? share * 4 - id.len - 8 : 0;
        while (keep > 0 && keep < text.len && ((unsigned char)text.p[keep] & 0xC0) == 0x80)
            keep--;
        fm_str cut = fm_str_fmt(m->a, "%.*s: %.*s\xE2\x80\xA6", FM_STR_ARG(id),
                                FM_STR_ARG(fm_str_sub(text, 0, keep)));
        if (!add(m, FM_MEMORY_FACT, id, cut))
            add(m, FM_MEMORY_FACT, id, id);
    }
}

static size_t fact_count(const struct fm_case *c)
{
    return c->evidence.n + c->hypotheses.n + c->solutions.n + c->requests.n + c->root_causes.n;
}

/* Facts may take half of the budget; the newest items keep their text when there is less. */
static void add_facts(struct memory *m, const struct fm_case *c)
{
    size_t n = fact_count(c);
    size_t share = n ? m->budget / 2 / n : 0;
    share = share < 8 ? 8 : share > 200 ? 200 : share;
    fm_vec_each (&c->root_causes, r)
        add_fact(m, r->id, r->statement, share);
    fm_vec_each (&c->hypotheses, h)
        add_fact(m, h->id,
                 fm_str_fmt(m->a, "%s %.2f %.*s",
                            fm_name_of(&fm_hypothesis_status_names, h->status), h->likelihood,
                            FM_STR_ARG(h->statement)),
                 share);
    fm_vec_each (&c->solutions, s)
        add_fact(m, s->id,
                 fm_str_fmt(m->a, "%s %.*s", fm_name_of(&fm_solution_state_names, s->state),
                            FM_STR_ARG(s->title)),
                 share);
    for (size_t i = c->evidence.n; i-- > 0;)
        add_fact(m, c->evidence.items[i].id, c->evidence.items[i].summary, share);
    for (size_t i = c->requests.n; i-- > 0;)
        add_fact(m, c->requests.items[i].id,
                 fm_str_fmt(m->a, "%s %.*s",
                            fm_name_of(&fm_request_status_names, c->requests.items[i].status),
                            FM_STR_ARG(c->requests.items[i].description)),
                 share);
}

static int64_t add_messages(struct memory *m, const struct fm_case *c)
{
    int64_t oldest = INT64_MAX;
    for (size_t i = c->messages.n; i-- > 0 && c->messages.n - i <= VERBATIM_MESSAGES;) {
        const struct fm_message *x = &c->messages.items[i];
        if (!add(m, FM_MEMORY_VERBATIM, x->id, x->text))
            break;
        oldest = x->turn;
    }
    return oldest;
}

static void add_turns(struct memory *m, const struct fm_case *c, int64_t before)
{
    for (size_t i = c->turns.n; i-- > 0;) {
        const struct fm_turn *t = &c->turns.items[i];
        if (t->number >= before)
            continue;
        fm_str text = fm_str_fmt(m->a, "turn %lld (%s): %.*s -> %.*s", (long long)t->number,
                                 fm_name_of(&fm_turn_outcome_names, t->outcome),
                                 FM_STR_ARG(fm_str_sub(t->user_summary, 0, 120)),
                                 FM_STR_ARG(fm_str_sub(t->agent_summary, 0, 200)));
        if (!add(m, FM_MEMORY_SUMMARY, FM_STR_NULL, text))
            break;
    }
}

/* Oldest first, as one reads a conversation. */
static void reverse(struct fm_memory *list)
{
    for (size_t i = 0; i < list->n / 2; i++) {
        struct fm_memory_item x = list->items[i];
        list->items[i] = list->items[list->n - 1 - i];
        list->items[list->n - 1 - i] = x;
    }
}

static fm_str head_of(struct memory *m, const struct fm_message *x)
{
    return fm_str_fmt(m->a, "%.*s %s", FM_STR_ARG(x->id),
                      fm_name_of(&fm_message_role_names, x->role));
}

/* The newest message is kept even if it alone is too long: its beginning. */
static int64_t add_recent(struct memory *m, const struct fm_case *c, fm_str but)
{
    int64_t oldest = INT64_MAX;
    size_t kept = 0;
    for (size_t i = c->messages.n; i-- > 0 && kept < VERBATIM_MESSAGES;) {
        const struct fm_message *x = &c->messages.items[i];
        if (fm_str_eq(x->id, but) || x->role == FM_MESSAGE_SYSTEM)
            continue;
        if (!add(m, FM_MEMORY_VERBATIM, head_of(m, x), x->text)) {
            if (kept)
                break;
            add(m, FM_MEMORY_VERBATIM, head_of(m, x), fm_str_sub(x->text, 0, m->budget * 4));
        }
        kept++;
        oldest = x->turn;
    }
    return oldest;
}

struct fm_memory fm_case_conversation(struct fm_arena *a, const struct fm_case *c, fm_str but,
                                      size_t budget_tokens)
{
    struct memory m = {.a = a, .budget = budget_tokens};
    int64_t oldest = add_recent(&m, c, but);
    add_turns(&m, c, oldest);
    reverse(&m.list);
    return m.list;
}

struct fm_memory fm_case_memory(struct fm_arena *a, const struct fm_case *c, size_t budget_tokens)
{
    struct memory m = {.a = a, .budget = budget_tokens};
    add_facts(&m, c);
    int64_t oldest = add_messages(&m, c);
    add_turns(&m, c, oldest);
    return m.list;
}
