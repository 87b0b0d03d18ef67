/* SPDX-License-Identifier: Apache-2.0 */
#include "diagnosis/logs/repeats.h"

#define POISON_TIMES 4 /* failures of one message */
#define POISON_STRENGTH                                                                            \
    0.90                    /* the place of the message and that it does not move are both seen    \
                             */
#define STAMPEDE_RECORDS 20 /* misses in one bucket of the rate */
#define STAMPEDE_BUSY 0.25  /* share of the buckets that hold nearly all of them */
#define STAMPEDE_STRENGTH 0.88

static fm_span place_span(const struct fm_log_source *s, struct fm_logs_place p)
{
    return fm_quote(s->evidence, fm_str_trim(fm_str_sub(s->evidence->bytes, p.offset, p.length)),
                    FM_QUOTE_MAX);
}

static bool has_any(fm_str text, const char *const *words)
{
    for (; *words; words++)
        if (fm_str_ihas(text, fm_str_c(*words)))
            return true;
    return false;
}

/* Names that consumers give to the place or the identity of a message. */
static bool is_message_id(fm_str name)
{
    static const char *const names[] = {
        "offset",       "message_id",  "messageid", "msg_id", "msgid",
        "message",      "event_id",    "eventid",   "record", "event",
        "delivery_tag", "deliverytag", "job_id",    "jobid",  NULL};
    for (size_t i = 0; names[i]; i++)
        if (fm_str_ieq(name, fm_str_c(names[i])))
            return true;
    return false;
}

static bool speaks_of_consuming(fm_str text)
{
    static const char *const words[] = {"partition", "offset",  "topic",  "queue", "consum",
                                        "deliver",   "process", "handle", NULL};
    return has_any(text, words);
}

/* The value that names one message in all records of t; NULL when they are about several. */
static const struct fm_logs_slot *same_message(const struct fm_logs_template *t)
{
    for (uint32_t k = 0; k < t->n_slots; k++) {
        const struct fm_logs_slot *slot = &t->slots[k];
        if (is_message_id(slot->name) && slot->n_top == 1 && slot->top[0].count == t->count)
            return slot;
    }
    return NULL;
}

/* Other records of the same log show that messages move on: the same name with many values. */
static bool moves_elsewhere(const struct fm_logs *log, fm_str name)
{
    for (size_t i = 0; i < log->n_templates; i++)
        for (uint32_t k = 0; k < log->templates[i]->n_slots; k++) {
            const struct fm_logs_slot *slot = &log->templates[i]->slots[k];
            if (slot->n_top > 2 && fm_str_ieq(slot->name, name))
                return true;
        }
    return false;
}

static void propose_poison(struct fm_hypotheses *h, const struct fm_log_source *s,
                           const struct fm_logs_template *t, const struct fm_logs_slot *slot)
{
    struct fm_arena *a = &h->in->ctx->arena;
    struct fm_entity e = fm_incident_entity_of(h->in, fm_logs_entity(h->in, s, t));
    if (!e.name.len)
        return;
    struct fm_cause *c = fm_propose(h, e, FM_FAULT_QUEUE_POISON_MESSAGE, POISON_STRENGTH, NULL);
    fm_str times = fm_computed(h, c, "%llu", (unsigned long long)t->count),
           place = fm_computed(h, c, "%.*s %.*s", FM_STR_ARG(slot->name),
                               FM_STR_ARG(slot->top[0].text));
    c->statement = fm_str_fmt(
        a,
        "%.*s: one message (%.*s) fails each time it is delivered, %.*s times so far, and holds "
        "up what is behind it.",
        FM_STR_ARG(e.name), FM_STR_ARG(place), FM_STR_ARG(times));
    c->mechanism = FM_STR("The message itself cannot be processed, so delivery ends in the same "
                          "error every time; with ordered consumption the partition stands still.");
    c->signature = FM_STR("logs.repeated-message");
    c->location = place;
    c->onset = t->first;
    c->settle_ask = FM_STR("What does that message contain, and who produced it?");
    fm_cause_support(h, c, place_span(s, t->examples[0]), "it fails the first time");
    fm_cause_support(h, c, place_span(s, t->latest), "the same message fails again, the last time");
    fm_cause_action(
        h, c,
        (struct fm_action){FM_ACTION_MITIGATION,
                           fm_str_c("Skip the message or move it to a dead-letter queue"),
                           FM_STR_NULL, fm_str_c("that message is not processed")});
    fm_cause_action(
        h, c,
        (struct fm_action){FM_ACTION_REMEDIATION,
                           fm_str_c("Set aside what fails a few times, and correct the producer"),
                           FM_STR_NULL, fm_str_c("")});
}

void fm_logs_find_poison(struct fm_hypotheses *h, const struct fm_log_source *s)
{
    for (size_t i = 0; i < s->logs->n_templates; i++) {
        const struct fm_logs_template *t = s->logs->templates[i];
        if (t->count < POISON_TIMES || t->n_examples == 0 || fm_logs_severity(t) < FM_LOGS_ERROR ||
            !speaks_of_consuming(t->text))
            continue;
        const struct fm_logs_slot *slot = same_message(t);
        if (slot && moves_elsewhere(s->logs, slot->name))
            propose_poison(h, s, t, slot);
    }
}

static bool is_miss(const struct fm_logs_template *t)
{
    static const char *const misses[] = {
        "cache miss",   "miss for key",  "miss key",      "cache=miss",
        "not in cache", "cache expired", "entry expired", NULL};
    return has_any(t->text, misses);
}

/* One key accounts for nearly all misses: it is part of the template, or one slot's main value. */
static bool is_one_key(const struct fm_logs_template *t)
{
    for (uint32_t k = 0; k < t->n_slots; k++) {
        const struct fm_logs_slot *slot = &t->slots[k];
        bool is_key =
            fm_str_ihas(slot->name, FM_STR("key")) || fm_str_ieq(slot->name, FM_STR("for"));
        if (!is_key)
            continue;
        for (uint32_t i = 0; i < slot->n_top; i++)
            if (slot->top[i].count * 10 >= t->count * 8)
                return true;
        return false;
    }
    return fm_str_ihas(t->text, FM_STR("key"));
}

/* Records come in crowds: few buckets of the time that they span hold nearly all of them. */
static bool is_crowded(const struct fm_logs_rate *r)
{
    int64_t n_buckets = r->high - r->low + 1, busy = 0;
    uint64_t all = 0, in_busy = 0;
    for (int64_t b = r->low; b <= r->high; b++) {
        uint32_t n = fm_logs_rate_at(r, b);
        all += n;
        busy += n >= STAMPEDE_RECORDS;
        in_busy += n >= STAMPEDE_RECORDS ? n : 0;
    }
    bool is_short = n_buckets <= 4; /* one crowd is all there is */
    return busy > 0 && in_busy * 10 >= all * 8 &&
           (is_short || (double)busy <= STAMPEDE_BUSY * (double)n_buckets);
}

/* The record of trouble that comes with the crowd: a slow query or a failure of the same entity. */
static const struct fm_logs_template *trouble_after(const struct fm_log_source *s,
                                                    const struct fm_logs_template *miss)
{
    for (size_t i = 0; i < s->logs->n_templates; i++) {
        const struct fm_logs_template *t = s->logs->templates[i];
        if (t != miss && t->n_examples && fm_logs_severity(t) >= FM_LOGS_WARNING &&
            t->first != FM_TIME_NONE && t->first >= miss->first &&
            t->first <= miss->first + 10 * FM_MINUTE)
            return t;
    }
    return NULL;
}

static void propose_stampede(struct fm_hypotheses *h, const struct fm_log_source *s,
                             const struct fm_logs_template *t, const struct fm_logs_template *after)
{
    struct fm_entity e = fm_incident_entity_of(h->in, fm_logs_entity(h->in, s, t));
    if (!e.name.len)
        return;
    struct fm_cause *c = fm_propose(h, e, FM_FAULT_CACHE_STAMPEDE, STAMPEDE_STRENGTH, NULL);
    fm_str n = fm_computed(h, c, "%llu", (unsigned long long)t->count);
    c->statement =
        fm_str_fmt(&h->in->ctx->arena,
                   "%.*s: many requests miss the same cache entry at once and all reload "
                   "it (%.*s misses in crowds: a stampede).",
                   FM_STR_ARG(e.name), FM_STR_ARG(n));
    c->mechanism = FM_STR("When a popular entry expires, every request recomputes it at the same "
                          "time; the store behind gets the whole load in one moment.");
    c->signature = FM_STR("logs.crowded-misses");
    c->onset = t->first;
    c->settle_ask = FM_STR("Do the crowds come one lifetime of the entry apart?");
    fm_cause_support(h, c, place_span(s, t->examples[0]), "the entry is missed, first of many");
    fm_cause_support(h, c, place_span(s, after->examples[0]), "what follows");
    fm_cause_action(
        h, c,
        (struct fm_action){
            FM_ACTION_MITIGATION,
            fm_str_c("Let one request rebuild an entry while others wait or get the old value"),
            FM_STR_NULL, fm_str_c("")});
    fm_cause_action(h, c,
                    (struct fm_action){
                        FM_ACTION_REMEDIATION,
                        fm_str_c("Spread lifetimes with jitter and refresh popular entries early"),
                        FM_STR_NULL, fm_str_c("")});
}

void fm_logs_find_stampede(struct fm_hypotheses *h, const struct fm_log_source *s)
{
    for (size_t i = 0; i < s->logs->n_templates; i++) {
        const struct fm_logs_template *t = s->logs->templates[i];
        if (!is_miss(t) || !t->rate || t->n_examples == 0 || !is_one_key(t) || !is_crowded(t->rate))
            continue;
        const struct fm_logs_template *after = trouble_after(s, t);
        if (after)
            propose_stampede(h, s, t, after);
    }
}
