/* SPDX-License-Identifier: Apache-2.0 */
#include "pattern.h"

struct compiler {
    struct fm_ctx *ctx;
    fm_str source;
    size_t at;
    struct fm_pattern *pattern;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static struct fm_piece *add_piece(struct compiler *k, enum fm_piece_kind kind)
{
    struct fm_piece *p = fm_vec_add(&k->ctx->arena, &k->pattern->pieces);
    p->kind = kind;
    return p;
}

/* One literal byte at k->at, after an optional backslash. */
static char take_byte(struct compiler *k)
{
    if (k->source.p[k->at] == '\\' && k->at + 1 < k->source.len)
        k->at++;
    return lower(k->source.p[k->at++]);
}

static void compile_literal(struct compiler *k)
{
    char *buf = fm_arena_alloc(&k->ctx->arena, k->source.len - k->at + 1);
    size_t n = 0;
    while (k->at < k->source.len && !strchr("*~({ \t", k->source.p[k->at]))
        buf[n++] = take_byte(k);
    add_piece(k, FM_PIECE_LITERAL)->text = fm_str_n(buf, n);
}

static enum fm_code compile_choice(struct compiler *k)
{
    struct fm_arena *a = &k->ctx->arena;
    size_t start = k->at++, n = 0;
    struct fm_piece *piece = add_piece(k, FM_PIECE_CHOICE);
    char *buf = fm_arena_alloc(a, k->source.len);
    for (;;) {
        if (k->at >= k->source.len)
            return fm_fail(k->ctx, FM_EINVAL,
                           "pattern \"%.*s\": no \")\" for the \"(\" at column %zu",
                           FM_STR_ARG(k->source), start + 1);
        char c = k->source.p[k->at];
        if (strchr("({*~", c))
            return fm_fail(k->ctx, FM_EINVAL,
                           "pattern \"%.*s\": only literal text in the choice at column %zu",
                           FM_STR_ARG(k->source), start + 1);
        if (c != '|' && c != ')') {
            buf[n++] = take_byte(k);
            continue;
        }
        fm_vec_push(a, &piece->options, fm_str_dup(a, fm_str_n(buf, n)));
        n = 0;
        k->at++;
        if (c == ')')
            return FM_OK;
    }
}

static bool parse_capture_kind(fm_str s, enum fm_capture_kind *out)
{
    static const char *const names[] = {"word", "int", "number", "text", "quoted", "rest", "env"};
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        if (fm_str_eqc(s, names[i])) {
            *out = (enum fm_capture_kind)i;
            return true;
        }
    return false;
}

static enum fm_code compile_capture(struct compiler *k)
{
    ptrdiff_t end = fm_str_chr(k->source, '}', k->at);
    if (end < 0)
        return fm_fail(k->ctx, FM_EINVAL, "pattern \"%.*s\": no \"}\" for the \"{\" at column %zu",
                       FM_STR_ARG(k->source), k->at + 1);
    fm_str inside = fm_str_sub(k->source, k->at + 1, (size_t)end - k->at - 1);
    fm_str name = fm_str_cut(&inside, ':');
    struct fm_piece *piece = add_piece(k, FM_PIECE_CAPTURE);
    piece->text = name;
    if (inside.len && !parse_capture_kind(inside, &piece->capture))
        return fm_fail(
            k->ctx, FM_EINVAL,
            "pattern \"%.*s\": unknown kind \"%.*s\"; use word, int, number, text, quoted or rest",
            FM_STR_ARG(k->source), FM_STR_ARG(inside));
    k->at = (size_t)end + 1;
    return FM_OK;
}

static void compile_blanks(struct compiler *k)
{
    while (k->at < k->source.len && is_blank(k->source.p[k->at]))
        k->at++;
    add_piece(k, FM_PIECE_BLANK);
}

static enum fm_code compile_piece(struct compiler *k)
{
    switch (k->source.p[k->at]) {
    case '*':
        k->at++;
        add_piece(k, FM_PIECE_GAP);
        return FM_OK;
    case '~':
        k->at++;
        add_piece(k, FM_PIECE_MAYBE_BLANK);
        return FM_OK;
    case '(':
        return compile_choice(k);
    case '{':
        return compile_capture(k);
    case ' ':
    case '\t':
        compile_blanks(k);
        return FM_OK;
    default:
        compile_literal(k);
        return FM_OK;
    }
}

/* The literal that the prefilter looks for needs some length, or it is found everywhere. */
static bool has_usable_literal(const struct fm_pattern *p, struct fm_ctx *ctx)
{
    struct fm_literal_list list = {0};
    fm_pattern_literals(p, &ctx->arena, &list);
    fm_vec_each (&list, s)
        if (s->len < 2)
            return false;
    return list.n > 0;
}

static unsigned count_captures(const struct fm_pattern *p)
{
    unsigned n = 0;
    fm_vec_each (&p->pieces, piece)
        n += piece->kind == FM_PIECE_CAPTURE && piece->text.len;
    return n;
}

static void allow(struct fm_piece *piece, char c)
{
    unsigned char lower = (unsigned char)c;
    unsigned char upper = c >= 'a' && c <= 'z' ? (unsigned char)(c - 32) : lower;
    piece->first[lower >> 6] |= (uint64_t)1 << (lower & 63);
    piece->first[upper >> 6] |= (uint64_t)1 << (upper & 63);
}

static void allow_literal(struct fm_piece *piece, fm_str s)
{
    if (s.len)
        allow(piece, s.p[0]);
    else
        memset(piece->first, 0xFF, sizeof piece->first);
}

/* Gaps, captures and what may be empty begin with any byte. */
static void find_first(struct fm_piece *piece)
{
    switch (piece->kind) {
    case FM_PIECE_LITERAL:
        allow_literal(piece, piece->text);
        return;
    case FM_PIECE_CHOICE:
        fm_vec_each (&piece->options, o)
            allow_literal(piece, *o);
        return;
    case FM_PIECE_BLANK:
        allow(piece, ' ');
        allow(piece, '\t');
        return;
    case FM_PIECE_MAYBE_BLANK:
    case FM_PIECE_GAP:
    case FM_PIECE_CAPTURE:
        break;
    }
    memset(piece->first, 0xFF, sizeof piece->first);
}

enum fm_code fm_pattern_compile(struct fm_ctx *ctx, fm_str source, struct fm_pattern **out)
{
    source = fm_str_trim(source);
    if (source.len == 0 || source.len > FM_PATTERN_MAX)
        return fm_fail(ctx, FM_EINVAL, "a pattern has 1 to %d bytes, this one has %zu",
                       FM_PATTERN_MAX, source.len);
    struct fm_pattern *p = FM_NEW(&ctx->arena, struct fm_pattern);
    p->source = fm_str_dup(&ctx->arena, source);
    struct compiler k = {.ctx = ctx, .source = p->source, .pattern = p};
    while (k.at < k.source.len)
        FM_TRY(compile_piece(&k));
    if (!has_usable_literal(p, ctx))
        return fm_fail(ctx, FM_EINVAL, "pattern \"%.*s\" needs a literal of at least 2 bytes",
                       FM_STR_ARG(source));
    if (count_captures(p) > FM_PATTERN_CAPTURES)
        return fm_fail(ctx, FM_EINVAL, "pattern \"%.*s\" has more than %d captures",
                       FM_STR_ARG(source), FM_PATTERN_CAPTURES);
    fm_vec_each (&p->pieces, piece)
        find_first(piece);
    *out = p;
    return FM_OK;
}

/* How selective a piece is: the length of its literal, or of the shortest option; 0 for the others.
 */
static size_t selectivity(const struct fm_piece *piece)
{
    if (piece->kind == FM_PIECE_LITERAL)
        return piece->text.len;
    if (piece->kind != FM_PIECE_CHOICE)
        return 0;
    size_t least = SIZE_MAX;
    fm_vec_each (&piece->options, o)
        least = o->len < least ? o->len : least;
    return least;
}

void fm_pattern_literals(const struct fm_pattern *p, struct fm_arena *a,
                         struct fm_literal_list *out)
{
    const struct fm_piece *best = NULL;
    fm_vec_each (&p->pieces, piece)
        if (selectivity(piece) && (!best || selectivity(piece) > selectivity(best)))
            best = piece;
    if (best && best->kind == FM_PIECE_LITERAL)
        fm_vec_push(a, out, best->text);
    else if (best)
        fm_vec_each (&best->options, o)
            fm_vec_push(a, out, *o);
}

static unsigned words_of(fm_str s)
{
    unsigned n = 0;
    for (size_t i = 0; i < s.len; i++)
        n += is_alnum(s.p[i]) && (i == 0 || !is_alnum(s.p[i - 1]));
    return n;
}

static unsigned fewest_words(const struct fm_piece *piece)
{
    unsigned least = UINT32_MAX;
    fm_vec_each (&piece->options, o)
        least = words_of(*o) < least ? words_of(*o) : least;
    return piece->options.n ? least : 0;
}

/* An identifier such as an exception class or an error code says as much as a sentence. */
static bool is_identifier(fm_str word)
{
    size_t upper = 0, lower_case = 0, joints = 0;
    for (size_t i = 0; i < word.len; i++) {
        char c = word.p[i];
        upper += c >= 'A' && c <= 'Z';
        lower_case += c >= 'a' && c <= 'z';
        joints += c == '_';
    }
    bool is_mixed = upper >= 2 && lower_case > 0, is_code = upper >= 7 || (upper && joints);
    return word.len >= 8 && (is_mixed || is_code);
}

static bool has_identifier(fm_str source)
{
    size_t start = 0;
    for (size_t i = 0; i <= source.len; i++) {
        if (i < source.len && (is_alnum(source.p[i]) || source.p[i] == '_'))
            continue;
        if (is_identifier(fm_str_sub(source, start, i - start)))
            return true;
        start = i + 1;
    }
    return false;
}

unsigned fm_pattern_words(const struct fm_pattern *p)
{
    unsigned n = has_identifier(p->source);
    fm_vec_each (&p->pieces, piece) {
        n += piece->kind == FM_PIECE_LITERAL ? words_of(piece->text) : 0;
        n += piece->kind == FM_PIECE_CHOICE ? fewest_words(piece) : 0;
        n += piece->kind == FM_PIECE_CAPTURE && piece->capture >= FM_CAPTURE_TEXT;
    }
    return n;
}
