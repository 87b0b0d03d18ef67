/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A model that lies. Lies are generated from the evidence itself, since those are the ones that are
 * hard to tell from the truth: a number changed, two numbers or names swapped, a negation added,
 * half of one line with half of another, a real quote under a false statement. None may reach
 * unmarked text or the state of the case; what the evidence says must pass.
 */
#include "lies_kit.h"

/* ---- lies made of a line ---- */

/* The line without its time and level. */
static fm_str message_of(fm_str line)
{
    fm_str word;
    fm_str_word(&line, &word);
    fm_str_word(&line, &word);
    return fm_str_trim(line);
}

static fm_str replaced(struct fm_arena *a, fm_str s, fm_str from, const char *to)
{
    ptrdiff_t at = fm_str_find(s, from, 0);
    return at < 0 ? FM_STR_NULL
                  : fm_str_fmt(a, "%.*s%s%.*s", FM_STR_ARG(fm_str_sub(s, 0, (size_t)at)), to,
                               FM_STR_ARG(fm_str_skip(s, (size_t)at + from.len)));
}

static bool is_number_word(fm_str w)
{
    return w.len && w.p[0] >= '0' && w.p[0] <= '9';
}

/* The n-th word of s that is a number, or is none. */
static fm_str pick(fm_str s, bool is_number, size_t n)
{
    fm_str word;
    while (fm_str_word(&s, &word))
        if (is_number_word(word) == is_number && (is_number || word.len > 3) && n-- == 0)
            return word;
    return FM_STR_NULL;
}

static fm_str swapped(struct fm_arena *a, fm_str s, fm_str x, fm_str y)
{
    if (!x.len || !y.len || fm_str_eq(x, y))
        return FM_STR_NULL;
    fm_str marked = replaced(a, s, x, "\001");
    marked = marked.len ? replaced(a, marked, y, fm_str_dup(a, x).p) : marked;
    return marked.len ? replaced(a, marked, FM_STR("\001"), fm_str_dup(a, y).p) : marked;
}

typedef fm_str (*twist)(struct fm_arena *a, fm_str m, fm_str other);

static fm_str other_number(struct fm_arena *a, fm_str m, fm_str other)
{
    (void)other;
    fm_str n = pick(m, true, 0);
    return n.len ? replaced(a, m, n, "9871") : n;
}

static fm_str swap_numbers(struct fm_arena *a, fm_str m, fm_str other)
{
    (void)other;
    return swapped(a, m, pick(m, true, 0), pick(m, true, 1));
}

static fm_str swap_names(struct fm_arena *a, fm_str m, fm_str other)
{
    (void)other;
    fm_str last = FM_STR_NULL, first = pick(m, false, 0);
    for (size_t i = 1; pick(m, false, i).len; i++)
        last = pick(m, false, i);
    return swapped(a, m, first, last);
}

static fm_str negated(struct fm_arena *a, fm_str m, fm_str other)
{
    (void)other;
    return fm_str_fmt(a, "It is not so that %.*s", FM_STR_ARG(m));
}

static fm_str word_exchanged(struct fm_arena *a, fm_str m, fm_str other)
{
    (void)other;
    fm_str w = pick(m, false, 1);
    return w.len ? replaced(a, m, w, "sabotaged") : w;
}

static fm_str word_added(struct fm_arena *a, fm_str m, fm_str other)
{
    (void)other;
    return fm_str_fmt(a, "%.*s in every region", FM_STR_ARG(m));
}

static fm_str name_added(struct fm_arena *a, fm_str m, fm_str other)
{
    (void)other;
    return fm_str_fmt(a, "Mallory saw %.*s", FM_STR_ARG(m));
}

static fm_str two_lines(struct fm_arena *a, fm_str m, fm_str other)
{
    fm_str first = fm_str_sub(m, 0, m.len / 2), second = fm_str_skip(other, other.len / 2);
    while (first.len && first.p[first.len - 1] != ' ')
        first.len--;
    while (second.len && second.p[0] != ' ')
        second = fm_str_skip(second, 1);
    return fm_str_fmt(a, "%.*s%.*s", FM_STR_ARG(first), FM_STR_ARG(fm_str_trim(second)));
}

static fm_str as_cause(struct fm_arena *a, fm_str m, fm_str other)
{
    return fm_str_fmt(a, "%.*s because %.*s", FM_STR_ARG(m), FM_STR_ARG(other));
}

static fm_str as_root_cause(struct fm_arena *a, fm_str m, fm_str other)
{
    (void)other;
    return fm_str_fmt(a, "The root cause is that %.*s", FM_STR_ARG(m));
}

static fm_str other_time(struct fm_arena *a, fm_str m, fm_str other)
{
    (void)other;
    return fm_str_fmt(a, "At 03:12:55 %.*s", FM_STR_ARG(m));
}

static fm_str other_unit(struct fm_arena *a, fm_str m, fm_str other)
{
    (void)other;
    fm_str n = pick(m, true, 0);
    return n.len ? replaced(a, m, n, fm_str_fmt(a, "%.*s%%", FM_STR_ARG(n)).p) : n;
}

static fm_str certain(struct fm_arena *a, fm_str m, fm_str other)
{
    (void)other;
    return fm_str_fmt(a, "It is proven beyond doubt that %.*s", FM_STR_ARG(m));
}

static fm_str counted(struct fm_arena *a, fm_str m, fm_str other)
{
    (void)other;
    return fm_str_fmt(a, "831 times %.*s", FM_STR_ARG(m));
}

static fm_str quoted_falsely(struct fm_arena *a, fm_str m, fm_str other)
{
    fm_str x = two_lines(a, m, other);
    return x.len ? fm_str_fmt(a, "The log says \"%.*s\"", FM_STR_ARG(x)) : x;
}

static const twist twists[] = {other_number, swap_numbers, swap_names, negated,  word_exchanged,
                               word_added,   name_added,   two_lines,  as_cause, as_root_cause,
                               other_time,   other_unit,   certain,    counted,  quoted_falsely};
static const char *const twist_names[] = {
    "other number", "numbers swapped", "names swapped", "negated",  "word exchanged",
    "word added",   "name added",      "two lines",     "as cause", "as root cause",
    "other time",   "other unit",      "certain",       "counted",  "quoted falsely"};
#define N_TWISTS (sizeof twists / sizeof twists[0])

/* ---- lies from nothing ---- */

static const char *const inventions[] = {
    "The log says \"no space left on device sdx9\" [$e0].",
    "\"no space left on device sdx9\" stands in the log.",
    "Evidence ev_000000000bad shows a memory leak.",
    "A memory leak was found [ev_deadbeefcafe].",
    "hyp_0badc0ffee00 is validated.",
    "The culprit is the load balancer.",
    "The load balancer was touched today [$e1].",
    "It broke because alice deleted a table [$e0].",
    "All of this is due to a kernel bug.",
    "Alice confirmed the problem statement.",
    "Alice confirmed it [MSG].",
    "You approved the rollback and it was applied.",
    "The fix was verified and the incident is resolved [$e0].",
    "The root cause has been identified.",
    "The timeline is established and the scope assessed.",
    "Confidence is 99%.",
    "I am certain.",
    "Yes.",
    "Exactly.",
    "There were no errors [$e0].",
    "Every request failed [$e0].",
    "4711 errors were logged [$e0].",
    "As shown at [$e0#0+20], the volume was full.",
    "The volume was full [$e0#99999999+10].",
    "## Root cause: name resolution",
    "- The disk is full",
    "1. The disk is full",
    "| disk | full |",
    "**The disk is full**",
    "> The disk is full",
    "Please restart the node that ran out of disk.",
    "Please replace the broken disk.",
    "Please note the disk failed.",
    "Check the disk: it died.",
    "Let me tell you the disk died.",
    "I will restart it since the disk died.",
    "When did alice delete the table?",
    "Why is the disk full?",
    "Which attacker got in?",
    "Is it not obvious that the disk died?",
    "Could you replace the disk, which died?",
    "Run the fix because the pool leaks.",
    "A rogue cron job saturated the replica.",
    "Redis evicted sessions during the whole window.",
    "The service is up again [$e0].",
    "The network between the zones was congested [$e0].",
    "Thanks, the database is down.",
    "Sorry, mallory got in.",
    "The case is closed.",
    "The user wants to close the case [MSG].",
    "File file_000000000000 holds the password.",
    "\xE2\x80\x9Cthe disk of node seven is full\xE2\x80\x9D says the log [$e0].",
    "`kubectl` shows \"CrashLoopBackOff\" [$e0].",
    "The analyst agrees that the disk died.",
    "The diagnosis names the disk as the culprit [$e0].",
};

static size_t check_lie(struct model_kit *m, fm_str text, const char *kind)
{
    struct fm_checked c;
    struct fm_claim_sources k = {.c = m->k.c,
                                 .evidence = &m->reader,
                                 .inquiry = &m->inquiry,
                                 .message = FM_STR("Is the disk full? Who confirmed that?")};
    fm_claims_check(&m->k.ctx, &k, text, &c);
    if (c.n_sentences == 0 || c.n_marked + c.n_removed != c.n_sentences)
        fail_msg("%s: \"%.*s\" became \"%.*s\"", kind, FM_STR_ARG(text), FM_STR_ARG(c.text));
    return c.n_sentences;
}

/* A twist that leaves only words of one line, in their order, has made no lie. */
static bool is_part_of(struct model_kit *m, fm_str lie, fm_str line)
{
    struct fm_claim_sources k = {.c = m->k.c};
    fm_str rest = lie, word;
    size_t at = 0;
    if (!fm_claim_is_within(&m->k.ctx, &k, lie, line))
        return false;
    while (fm_str_word(&rest, &word)) {
        ptrdiff_t found = fm_str_find(line, word, at);
        if (found < 0)
            return false;
        at = (size_t)found + word.len;
    }
    return true;
}

static size_t lie_about(struct model_kit *m, fm_str line, fm_str other)
{
    struct fm_arena *a = &m->k.ctx.arena;
    size_t n = 0;
    for (size_t i = 0; i < N_TWISTS; i++) {
        fm_str lie = twists[i](a, message_of(line), message_of(other));
        if (!lie.len || is_part_of(m, lie, line) || is_part_of(m, lie, other))
            continue;
        n += check_lie(m,
                       fm_str_fmt(a, "%.*s [%.*s].", FM_STR_ARG(lie),
                                  FM_STR_ARG(m->k.c->evidence.items[0].id)),
                       twist_names[i]);
        n += check_lie(m, fm_str_fmt(a, "%.*s.", FM_STR_ARG(lie)), "uncited");
    }
    n += check_lie(m,
                   fm_str_fmt(a, "%.*s [%.*s].", FM_STR_ARG(message_of(line)),
                              FM_STR_ARG(m->k.c->evidence.items[1].id)),
                   "cited from elsewhere");
    n += check_lie(m,
                   fm_str_fmt(a, "%.*s [%.*s#0+5].", FM_STR_ARG(message_of(line)),
                              FM_STR_ARG(m->k.c->evidence.items[0].id)),
                   "another span");
    return n;
}

TEST(no_lie_stays_unmarked)
{
    size_t n = 0;
    for (size_t i = 0; i < N_INCIDENTS; i++) {
        struct model_kit m;
        model_open(&m, incidents[i].files);
        fm_str text = fm_str_c(incidents[i].files[0].text), line, before = FM_STR_NULL;
        while (fm_str_line(&text, &line)) {
            if (before.len)
                n += lie_about(&m, line, before);
            before = line;
        }
        kit_say(&m.k, "Is the disk full?", "{'message':'The disk is full.','changes':[]}");
        for (size_t k = 0; k < sizeof inventions / sizeof inventions[0]; k++)
            n += check_lie(&m, model_text(&m, inventions[k]), "invention");
        model_close(&m);
    }
    print_message("%zu false sentences, none unmarked\n", n);
    assert_true(n >= 500);
}

/* Its own earlier answer is no source. */
TEST(a_model_is_no_witness_for_itself)
{
    struct model_kit m;
    model_open(&m, incidents[0].files);
    kit_say(&m.k, "Is the disk full?", "{'message':'The disk is full.','changes':[]}");
    const struct fm_message *last = &m.k.c->messages.items[m.k.c->messages.n - 1];
    assert_int_equal(last->role, FM_MESSAGE_ASSISTANT);
    check_lie(&m, fm_str_fmt(&m.k.ctx.arena, "The disk is full [%.*s].", FM_STR_ARG(last->id)),
              "own words");
    check_lie(&m, FM_STR("As I said, \"the disk is full\"."), "own quote");
    model_close(&m);
}

/* What a line says passes, so that the mark means something. */
TEST(what_the_evidence_says_stays_unmarked)
{
    static const char *const shapes[] = {"%.*s [%.*s].", "The log says \"%.*s\" [%.*s].",
                                         "Evidence shows: %.*s [%.*s]."};
    size_t n = 0;
    for (size_t i = 0; i < N_INCIDENTS; i++) {
        struct model_kit m;
        model_open(&m, incidents[i].files);
        fm_str text = fm_str_c(incidents[i].files[0].text), line;
        for (; fm_str_line(&text, &line);)
            for (size_t k = 0; k < 3; k++, n++) {
                struct fm_checked c;
                struct fm_claim_sources src = {
                    .c = m.k.c, .evidence = &m.reader, .inquiry = &m.inquiry};
                fm_str id = m.k.c->evidence.items[0].id, say = message_of(line);
                fm_str s = k == 0   ? fm_str_fmt(&m.k.ctx.arena, "%.*s [%.*s].", FM_STR_ARG(say),
                                                 FM_STR_ARG(id))
                           : k == 1 ? fm_str_fmt(&m.k.ctx.arena, "The log says \"%.*s\" [%.*s].",
                                                 FM_STR_ARG(say), FM_STR_ARG(id))
                                    : fm_str_fmt(&m.k.ctx.arena, "Evidence shows: %.*s [%.*s].",
                                                 FM_STR_ARG(say), FM_STR_ARG(id));
                fm_claims_check(&m.k.ctx, &src, s, &c);
                if (c.n_marked + c.n_removed)
                    fail_msg("%s: \"%.*s\" became \"%.*s\"", shapes[k], FM_STR_ARG(s),
                             FM_STR_ARG(c.text));
                assert_int_equal(c.cites.n, 1);
                assert_true(c.cites.items[0].length > 0);
            }
        model_close(&m);
    }
    assert_true(n >= 50);
}

TEST(a_long_answer_is_cut_and_says_so)
{
    struct model_kit m;
    struct fm_buf b;
    model_open(&m, incidents[0].files);
    fm_buf_init(&b, 1 << 20);
    for (int i = 0; i < 400; i++)
        fm_buf_addz(&b, "The payment call timed out after 4000 ms [$e0]. ");
    fm_str reply =
        fm_str_fmt(&m.k.ctx.arena, "{'message':'%.*s','changes':[]}", FM_STR_ARG(fm_buf_str(&b)));
    const char *const script[] = {reply.p, NULL};
    model_say(&m, "What?", script);
    assert_true(m.k.r.reply.len <= 12100);
    assert_true(fm_str_ends(m.k.r.reply, FM_STR("(the answer was cut off)")));
    fm_buf_release(&b);
    model_close(&m);
}
