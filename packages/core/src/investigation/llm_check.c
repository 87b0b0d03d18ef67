/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sentences of an answer against what they cite. A sentence passes unmarked when
 *
 *   - it asks, requests or only says what the speaker will do, and holds no number, quote, id or
 * cause; or
 *   - every id in it names an item of the case, every quote and number in it stands in the cited
 * evidence (or, without a citation, in what the user wrote, a tool gave, or the case holds), most
 * of its words do too, and a cause that it states is one that the case holds.
 *
 * An id that does not exist or a quote that stands nowhere is an invention: the sentence is taken
 * out. Everything else that fails is marked "(unverified)". This looks at words and never at
 * meaning: what it lets through says what its source says, in the source's words.
 */
#include "llm_internal.h"

#define SOURCE_MAX (1u << 20)
#define WORDS_NEEDED 0.5

enum verdict { PASSES, MARKED, REMOVED };

struct source {
    fm_str id;
    fm_str text;
};

struct check {
    struct fm_ctx *ctx;
    const struct fm_claim_sources *k;
    FM_VEC(struct source) cited; /* read so far */
    fm_str known;                /* what may be said without a citation */
    struct fm_checked *out;
};

static bool is_word_byte(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (c & 0x80);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* As a token of its own: "12" is not in "112" or "12.5". */
static bool has_token(fm_str text, fm_str token)
{
    for (ptrdiff_t at = fm_str_find(text, token, 0); at >= 0;
         at = fm_str_find(text, token, (size_t)at + 1)) {
        size_t end = (size_t)at + token.len;
        bool is_left = at == 0 || (!is_word_byte(text.p[at - 1]) &&
                                   !(text.p[at - 1] == '.' && at > 1 && is_digit(text.p[at - 2])));
        bool is_right = end == text.len ||
                        (!is_digit(text.p[end]) &&
                         !(text.p[end] == '.' && end + 1 < text.len && is_digit(text.p[end + 1])));
        if (is_left && is_right)
            return true;
    }
    return false;
}

/* --- sources --- */

fm_str llm_evidence_text(struct fm_ctx *ctx, struct fm_evidence_reader *r,
                         const struct fm_evidence_item *e)
{
    fm_str content = FM_STR_NULL;
    if (r && r->ops->read(r, ctx, e->id, 0, SOURCE_MAX, &content) != FM_OK)
        content = FM_STR_NULL;
    fm_ctx_clear_error(ctx);
    struct fm_buf b;
    fm_buf_init(&b, 4 * SOURCE_MAX);
    fm_buf_addf(&b, "%.*s\n%.*s\n%.*s\n", FM_STR_ARG(e->summary), FM_STR_ARG(e->extract),
                FM_STR_ARG(e->command));
    fm_buf_adds(&b, content);
    fm_str out = fm_str_dup(&ctx->arena, fm_buf_str(&b));
    fm_buf_release(&b);
    return out;
}

static const struct source *source_of(struct check *x, fm_str id)
{
    fm_vec_each (&x->cited, s)
        if (fm_str_eq(s->id, id))
            return s;
    const struct fm_evidence_item *e = fm_case_find(x->k->c, FM_REF_EVIDENCE, id);
    if (!e || e->state == FM_EVIDENCE_WITHDRAWN)
        return NULL;
    fm_vec_push(&x->ctx->arena, &x->cited,
                (struct source){id, llm_evidence_text(x->ctx, x->k->evidence, e)});
    return &x->cited.items[x->cited.n - 1];
}

static void add_line(struct fm_buf *b, fm_str s)
{
    fm_buf_adds(b, s);
    fm_buf_addc(b, '\n');
}

/* Facts that rules accepted, the user's words, and what tools gave in this turn. */
static fm_str known_text(struct check *x)
{
    const struct fm_case *c = x->k->c;
    struct fm_buf b;
    fm_buf_init(&b, 8u << 20);
    add_line(&b, x->k->message);
    add_line(&b, x->k->seen);
    add_line(&b, c->title);
    add_line(&b, c->description);
    add_line(&b, c->consulting.statement);
    add_line(&b, c->verification.symptom);
    fm_vec_each (&c->verification.affected_services, s)
        add_line(&b, *s);
    fm_vec_each (&c->messages, m)
        if (m->role == FM_MESSAGE_USER)
            add_line(&b, m->text);
    fm_vec_each (&c->changes, r)
        add_line(&b, r->description);
    fm_vec_each (&c->hypotheses, h) {
        add_line(&b, h->statement);
        add_line(&b, h->entity);
    }
    fm_vec_each (&c->requests, q)
        add_line(&b, q->label);
    fm_vec_each (&c->solutions, s)
        add_line(&b, s->title);
    fm_str out = fm_str_dup(&x->ctx->arena, fm_buf_str(&b));
    fm_buf_release(&b);
    return out;
}

/* --- what a sentence holds --- */

struct sentence {
    fm_str text;
    FM_VEC(fm_str) ids, quotes, numbers;
    bool has_unknown_id;
};

/* "ev_0123456789ab" and the like; handles and other words are none. */
static size_t id_len(fm_str s)
{
    static const char *const prefixes[] = {"ev_",  "hyp_",  "msg_", "req_",
                                           "sol_", "file_", "rc_",  "chg_"};
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        size_t n = strlen(prefixes[i]);
        if (!fm_str_starts(s, fm_str_c(prefixes[i])))
            continue;
        while (n < s.len && ((s.p[n] >= '0' && s.p[n] <= '9') || (s.p[n] >= 'a' && s.p[n] <= 'z')))
            n++;
        return n;
    }
    return 0;
}

static bool id_exists(const struct fm_case *c, fm_str id)
{
    for (int k = 0; k < FM_REF_COUNT; k++)
        if (fm_case_find(c, (enum fm_ref_kind)k, id))
            return true;
    return false;
}

static size_t number_len(fm_str s)
{
    size_t n = 0;
    while (n < s.len && (is_digit(s.p[n]) || ((s.p[n] == '.' || s.p[n] == ',' || s.p[n] == ':') &&
                                              n + 1 < s.len && is_digit(s.p[n + 1]))))
        n++;
    return n;
}

/* Closing mark of an opening one; 0 when c opens nothing. An apostrophe is no quote. */
static const char *closing(fm_str s, size_t *open_len)
{
    if (s.p[0] == '"') {
        *open_len = 1;
        return "\"";
    }
    if (fm_str_starts(s, FM_STR("\xE2\x80\x9C"))) {
        *open_len = 3;
        return "\xE2\x80\x9D";
    }
    return NULL;
}

static size_t take_quote(struct check *x, struct sentence *s, fm_str rest)
{
    size_t open = 0;
    const char *close = closing(rest, &open);
    ptrdiff_t end = close ? fm_str_find(rest, fm_str_c(close), open) : -1;
    if (end < 0)
        return 0;
    fm_vec_push(&x->ctx->arena, &s->quotes, fm_str_sub(rest, open, (size_t)end - open));
    return (size_t)end + strlen(close);
}

static void take_apart(struct check *x, struct sentence *s)
{
    for (size_t i = 0; i < s->text.len;) {
        fm_str rest = fm_str_skip(s->text, i);
        bool is_start = i == 0 || !is_word_byte(s->text.p[i - 1]);
        size_t id = is_start ? id_len(rest) : 0, number = is_start ? number_len(rest) : 0,
               quote = take_quote(x, s, rest);
        if (id) {
            fm_vec_push(&x->ctx->arena, &s->ids, fm_str_sub(rest, 0, id));
            s->has_unknown_id |= !id_exists(x->k->c, fm_str_sub(rest, 0, id));
        } else if (number && (i == 0 || s->text.p[i - 1] != '[')) {
            fm_vec_push(&x->ctx->arena, &s->numbers, fm_str_sub(rest, 0, number));
        }
        i += id ? id : quote ? quote : number ? number : 1;
    }
}

static bool has_any(fm_str text, const char *const *words)
{
    for (; *words; words++)
        for (ptrdiff_t at = fm_str_ifind(text, fm_str_c(*words), 0); at >= 0;
             at = fm_str_ifind(text, fm_str_c(*words), (size_t)at + 1)) {
            size_t end = (size_t)at + strlen(*words);
            if ((at == 0 || !is_word_byte(text.p[at - 1])) &&
                (end == text.len || !is_word_byte(text.p[end])))
                return true;
        }
    return false;
}

static const char *const cause_words[] = {
    "because",     "caused",       "causes",   "cause",      "due to",    "led to",
    "leads to",    "reason",       "resulted", "result of",  "triggered", "culprit",
    "responsible", "brought down", "broke",    "stems from", "since",     NULL};
static const char *const done_words[] = {"confirmed", "approved",    "applied",   "resolved",
                                         "verified",  "fixed",       "consented", "agreed",
                                         "closed",    "rolled back", NULL};

/* Requests and plans state nothing about the incident. */
static bool is_request(fm_str s)
{
    static const char *const starts[] = {
        "please",    "could you",  "can you", "would you",     "check ",       "run ",
        "look ",     "upload",     "send ",   "show ",         "provide",      "try ",
        "compare",   "collect",    "let me",  "let us",        "let's",        "i suggest",
        "i would",   "i will",     "i'd",     "i can",         "next,",        "to confirm",
        "to verify", "if you",     "tell me", "i do not know", "i don't know", "thanks",
        "thank you", "understood", "ok",      "sorry",         "hello",        "hi"};
    fm_str t = fm_str_trim(s);
    if (fm_str_ends(t, FM_STR("?")))
        return true;
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++)
        if (fm_str_istarts(t, fm_str_c(starts[i])))
            return true;
    return false;
}

/* --- verdicts --- */

static bool stands_in_sources(struct check *x, const struct sentence *s, fm_str what, bool is_token)
{
    bool has_source = false;
    fm_vec_each (&s->ids, id) {
        const struct source *src = source_of(x, *id);
        has_source |= src != NULL;
        if (src && (is_token ? has_token(src->text, what) : fm_str_has(src->text, what)))
            return true;
    }
    return !has_source && (is_token ? has_token(x->known, what) : fm_str_has(x->known, what));
}

/* A quote that stands nowhere is invented; one that stands elsewhere is cited wrongly. */
static enum verdict judge_quotes(struct check *x, const struct sentence *s)
{
    enum verdict v = PASSES;
    fm_vec_each (&s->quotes, q) {
        if (fm_str_trim(*q).len < 3 || stands_in_sources(x, s, *q, false))
            continue;
        bool is_known = fm_str_has(x->known, *q);
        for (size_t i = 0; i < x->k->c->evidence.n && !is_known; i++) {
            const struct source *src = source_of(x, x->k->c->evidence.items[i].id);
            is_known = src && fm_str_has(src->text, *q);
        }
        if (!is_known)
            return REMOVED;
        v = MARKED;
    }
    return v;
}

static bool numbers_stand(struct check *x, const struct sentence *s)
{
    fm_vec_each (&s->numbers, n)
        if (!stands_in_sources(x, s, *n, true))
            return false;
    return true;
}

static bool is_common(fm_str w)
{
    static const char *const common[] = {
        "this",   "that",   "with",    "from",     "have",     "been",  "were",    "which", "there",
        "their",  "they",   "then",    "than",     "when",     "what",  "where",   "while", "after",
        "before", "about",  "into",    "over",     "also",     "some",  "most",    "more",  "very",
        "only",   "shows",  "show",    "evidence", "incident", "case",  "problem", "issue", "root",
        "cause",  "caused", "because", "likely",   "probably", "seems", "service", "system"};
    for (size_t i = 0; i < sizeof common / sizeof common[0]; i++)
        if (fm_str_ieq(w, fm_str_c(common[i])))
            return true;
    return false;
}

/* A longer word may end otherwise in the source. */
static bool word_stands(struct check *x, const struct sentence *s, fm_str word, fm_str extra)
{
    fm_str stem = fm_str_sub(word, 0, word.len > 6 ? word.len - 2 : word.len);
    if (fm_str_ihas(extra, stem))
        return true;
    fm_vec_each (&s->ids, id) {
        const struct source *src = source_of(x, *id);
        if (src && fm_str_ihas(src->text, stem))
            return true;
    }
    return false;
}

static bool next_word(fm_str *rest, fm_str *word)
{
    size_t i = 0, n = 0;
    while (i < rest->len && !is_word_byte(rest->p[i]))
        i++;
    while (i + n < rest->len && (is_word_byte(rest->p[i + n]) || rest->p[i + n] == '-'))
        n++;
    *word = fm_str_sub(*rest, i, n);
    *rest = fm_str_skip(*rest, i + n);
    return n > 0;
}

/* Share of the longer words of text that stand in one of the cited sources, or in `extra`. */
static double words_covered(struct check *x, const struct sentence *s, fm_str text, fm_str extra)
{
    size_t n = 0, found = 0;
    fm_str rest = text, word;
    while (next_word(&rest, &word)) {
        if (word.len < 4 || id_len(word) || is_digit(word.p[0]) || is_common(word))
            continue;
        n++;
        found += word_stands(x, s, word, extra);
    }
    return n ? (double)found / (double)n : 1;
}

/* A cause is one that the case holds: a cause in force, or a hypothesis that evidence made likely.
 */
static bool is_held_cause(struct check *x, const struct sentence *s)
{
    static const struct sentence none = {0};
    const struct fm_case *c = x->k->c;
    fm_vec_each (&c->root_causes, r) {
        bool is_in_force = r->status == FM_FACT_ASSERTED || r->status == FM_FACT_CONFIRMED;
        if (is_in_force && words_covered(x, &none, s->text, r->statement) >= WORDS_NEEDED)
            return true;
    }
    fm_vec_each (&c->hypotheses, h) {
        bool is_open = h->status == FM_HYPOTHESIS_VALIDATED ||
                       (h->status == FM_HYPOTHESIS_ACTIVE && h->likelihood >= 0.5);
        if (is_open && words_covered(x, &none, s->text, h->statement) >= WORDS_NEEDED)
            return true;
    }
    return false;
}

static bool has_source(struct check *x, const struct sentence *s)
{
    fm_vec_each (&s->ids, id)
        if (source_of(x, *id))
            return true;
    return false;
}

/* States nothing that could be wrong. */
static bool is_plain(const struct sentence *s, bool has_cause, bool has_deed)
{
    return !s->numbers.n && !s->quotes.n && !s->ids.n && !has_cause && !has_deed;
}

static enum verdict judge_facts(struct check *x, const struct sentence *s, bool has_cause)
{
    enum verdict quotes = judge_quotes(x, s);
    if (quotes != PASSES)
        return quotes;
    return !numbers_stand(x, s) || (has_cause && !is_held_cause(x, s)) ? MARKED : PASSES;
}

static enum verdict judge(struct check *x, const struct sentence *s)
{
    bool has_cause = has_any(s->text, cause_words), has_deed = has_any(s->text, done_words);
    bool is_asking = is_request(s->text) && !has_deed;
    if (s->has_unknown_id)
        return REMOVED;
    if (is_asking && is_plain(s, has_cause, has_deed))
        return PASSES;
    enum verdict facts = judge_facts(x, s, has_cause);
    if (facts != PASSES || is_asking)
        return facts;
    bool is_sourced = has_source(x, s) && !has_deed;
    return is_sourced && words_covered(x, s, s->text, FM_STR_NULL) >= WORDS_NEEDED ? PASSES
                                                                                   : MARKED;
}

/* --- the text --- */

static bool ends_sentence(fm_str text, size_t i)
{
    bool is_mark = text.p[i] == '.' || text.p[i] == '!' || text.p[i] == '?';
    return is_mark && (i + 1 == text.len || text.p[i + 1] == ' ' || text.p[i + 1] == '\n');
}

/* Citations in brackets behind the mark belong to the sentence. */
static size_t skip_citations(fm_str text, size_t i)
{
    while (i + 1 < text.len && text.p[i] == ' ' && text.p[i + 1] == '[') {
        ptrdiff_t close = fm_str_chr(text, ']', i);
        if (close < 0)
            break;
        i = (size_t)close + 1;
        i += i < text.len && text.p[i] == '.';
    }
    return i;
}

/* End of the sentence that begins at `from`. */
static size_t sentence_end(fm_str text, size_t from)
{
    bool in_quote = false;
    for (size_t i = from; i < text.len; i++) {
        if (text.p[i] == '\n')
            return i;
        in_quote ^= text.p[i] == '"';
        if (!in_quote && ends_sentence(text, i))
            return skip_citations(text, i + 1);
    }
    return text.len;
}

static void note_cites(struct check *x, const struct sentence *s)
{
    fm_vec_each (&s->ids, id) {
        bool is_new = source_of(x, *id) != NULL;
        fm_vec_each (&x->out->cites, c)
            is_new &= !fm_str_eq(c->evidence_id, *id);
        if (is_new)
            fm_vec_push(&x->ctx->arena, &x->out->cites, (struct fm_cite){.evidence_id = *id});
    }
}

static void add_sentence(struct check *x, struct fm_buf *b, fm_str text)
{
    struct sentence s = {.text = text};
    if (fm_str_trim(text).len == 0) {
        fm_buf_adds(b, text);
        return;
    }
    take_apart(x, &s);
    enum verdict v = judge(x, &s);
    x->out->n_sentences++;
    x->out->n_marked += v == MARKED;
    x->out->n_removed += v == REMOVED;
    if (v == REMOVED)
        return;
    fm_buf_adds(b, text);
    if (v == MARKED)
        fm_buf_addz(b, " (unverified)");
    else
        note_cites(x, &s);
}

void fm_claims_check(struct fm_ctx *ctx, const struct fm_claim_sources *k, fm_str text,
                     struct fm_checked *out)
{
    struct check x = {.ctx = ctx, .k = k, .out = out};
    struct fm_buf b;
    memset(out, 0, sizeof *out);
    x.known = known_text(&x);
    fm_buf_init(&b, text.len * 4 + 4096);
    for (size_t i = 0; i < text.len;) {
        size_t end = sentence_end(text, i);
        add_sentence(&x, &b, fm_str_sub(text, i, end - i));
        if (end < text.len && text.p[end] == '\n')
            fm_buf_addc(&b, text.p[end++]);
        i = end > i ? end : i + 1;
    }
    if (out->n_removed)
        fm_buf_addf(
            &b,
            "%s(%zu sentence%s left out: what they quoted or named does not exist in this case)",
            b.len ? "\n" : "", out->n_removed, out->n_removed == 1 ? "" : "s");
    out->text = fm_str_trim(fm_str_dup(&ctx->arena, fm_buf_str(&b)));
    fm_buf_release(&b);
}
