/* SPDX-License-Identifier: Apache-2.0 */
/* Host names: by domain, by port, by the word in front. */
#include "scan/state.h"

#define HOST_MAX 253

struct chain {
    uint32_t start, end; /* letters, digits, "-", "_", "." */
    uint32_t labels;
    uint32_t first_end; /* end of the first label */
    uint32_t last;      /* start of the last label */
    bool has_digit, has_dash, has_letter;
};

/* The dotted, dashed run of labels at s; n_labels 0 when it is no name. */
static struct chain read_chain(const struct fm_line *l, uint32_t s)
{
    struct chain c = {.start = s, .labels = 1, .last = s};
    uint32_t i = s, limit = s + HOST_MAX;
    for (; i < limit; i++) {
        unsigned char b = fm_at(l, i);
        if (fm_is(b, C_HOST)) {
            c.has_digit |= fm_is_digit(b);
            c.has_dash |= b == '-' || b == '_';
            c.has_letter |= fm_is(b, C_LOWER | C_UPPER);
        } else if (b == '.' && fm_is(fm_at(l, i + 1), C_HOST) && fm_at(l, i + 1) != '-') {
            if (c.labels++ == 1)
                c.first_end = i;
            c.last = i + 1;
        } else {
            break;
        }
    }
    while (i > s && fm_at(l, i - 1) == '-')
        i--;
    c.end = i;
    if (c.labels == 1)
        c.first_end = i;
    return c;
}

static uint64_t label_kw(const struct fm_line *l, uint32_t s, uint32_t e)
{
    return fm_lexicon_find(&l->r->lexicon, l->p + s, e - s, l->n - s);
}

static uint32_t port_end(const struct fm_line *l, uint32_t e)
{
    uint32_t i = e + 1;
    if (fm_at(l, e) != ':')
        return 0;
    while (i - e <= 6 && fm_is_digit(fm_at(l, i)))
        i++;
    uint32_t n = i - e - 1;
    return n >= 2 && n <= 5 && !fm_is_word(fm_at(l, i)) ? i : 0;
}

static void propose_host(struct fm_line *l, const struct chain *c, uint8_t prio, uint16_t rule)
{
    uint32_t port = port_end(l, c->end);
    fm_line_propose(l, prio, CAND(c->start, c->end, HOST, rule));
    if (port)
        fm_line_propose(l, prio, CAND(c->end + 1, port, PORT, R_PORT));
}

/* Common domains need no further proof with two labels; the others do, because "file.name" looks
 * the same. */
static bool is_plain_domain(const struct fm_line *l, const struct chain *c)
{
    fm_str tld = fm_line_str(l, c->last, c->end);
    return fm_str_ieq(tld, FM_STR("com")) || fm_str_ieq(tld, FM_STR("org")) ||
           fm_str_ieq(tld, FM_STR("net")) || fm_str_ieq(tld, FM_STR("io")) ||
           fm_str_ieq(tld, FM_STR("local")) || fm_str_ieq(tld, FM_STR("internal"));
}

/* A call, an address, an inner class, an assignment, "pkg.name/.Activity": code, not a domain. */
static bool is_code_next(const struct fm_line *l, const struct chain *c)
{
    unsigned char next = fm_at(l, c->end);
    if (next == '=')
        return c->labels < 3;
    return next == '(' || next == '@' || next == '$' ||
           (next == '/' && fm_at(l, c->end + 1) == '.');
}

static bool is_domain(const struct fm_line *l, const struct chain *c, bool has_cue)
{
    uint64_t tld = label_kw(l, c->last, c->end);
    unsigned char next = fm_at(l, c->end);
    if (!(tld & (K(TLD) | K(TLD_FILE))) || is_code_next(l, c))
        return false;
    if (label_kw(l, c->start, c->first_end) & K(ROOT) && c->labels > 2)
        return false;
    if (c->labels >= 3)
        return !(tld & K(TLD_FILE)) || has_cue || c->has_dash;
    if (tld & K(TLD_FILE))
        return false;
    return has_cue || port_end(l, c->end) || is_plain_domain(l, c) || next == '/';
}

static bool has_host_cue(const struct fm_line *l, uint32_t w)
{
    static const char *const first[] = {"www.", "mail.", "smtp.", "imap.", "ftp.",
                                        "ns1.", "ns2.",  "api.",  "vpn."};
    for (size_t i = 0; i < sizeof first / sizeof *first; i++)
        if (fm_line_has_at(l, l->words[w].start, first[i]))
            return true;
    return w && l->words[w - 1].kw & (K(HOST) | K(TOWARDS)) &&
           l->words[w].start - l->words[w - 1].end <= 3;
}

/* NAME:PORT without a known domain: a dot and a digit, or a digit, a dash and a long port. */
static bool is_host_with_port(const struct fm_line *l, const struct chain *c)
{
    uint32_t port = port_end(l, c->end);
    if (!port || !c->has_digit)
        return false;
    return c->labels >= 2 ? !fm_is_digit(fm_at(l, c->last)) : c->has_dash && port - c->end >= 5;
}

/* "$name", ".name", "dir/name" */
static bool is_name_barred(const struct fm_line *l, uint32_t s)
{
    unsigned char prev = fm_at(l, s - 1), before = fm_at(l, s - 2);
    return prev == '$' || prev == '.' || (prev == '/' && before != '/' && fm_is_word(before));
}

void fm_detect_fqdn(struct fm_line *l, uint32_t w)
{
    uint32_t s = l->words[w].start;
    if (s < l->url_end || is_name_barred(l, s))
        return;
    struct chain c = read_chain(l, s);
    if (!c.has_letter)
        return;
    if (c.labels >= 2 && fm_at(l, s - 1) != '@' && is_domain(l, &c, has_host_cue(l, w)))
        propose_host(l, &c, 5, R_FQDN);
    else if (is_host_with_port(l, &c))
        propose_host(l, &c, c.labels >= 2 ? 5 : 6, R_HOST_PORT);
}

/* NAME/ADDRESS, as java.net.InetAddress prints it and VPN logs do; w is the last word of NAME. */
void fm_detect_named_address(struct fm_line *l, uint32_t w)
{
    uint32_t e = l->words[w].end, s = l->words[w].start;
    while (s && e - s < HOST_MAX && fm_is(fm_at(l, s - 1), C_HOST | C_NAME) &&
           fm_at(l, s - 1) != '\\')
        s--;
    unsigned char prev = fm_at(l, s - 1);
    if (prev != '/' && prev != ':' && prev != '=' && e - s >= 2)
        fm_line_propose(l, 6, CAND(s, e, HOST, R_HOST_CTX));
}

/* Behind one separator, blanks and quotes; the end of the line when there is no separator. */
static uint32_t named_start(const struct fm_line *l, uint32_t e)
{
    unsigned char sep = fm_at(l, e);
    uint32_t i = e + 1;
    if (sep != ' ' && sep != '=' && sep != ':')
        return l->n;
    while (fm_is(fm_at(l, i), C_SPACE | C_QUOTE) && i < e + 4)
        i++;
    return i;
}

/* A key, a call, a path, a scope: no host. */
static bool is_other_next(const struct fm_line *l, uint32_t e)
{
    unsigned char next = fm_at(l, e);
    return next == '=' || next == '(' || next == '/' || fm_line_has_at(l, e, "::");
}

/* host=NAME, host: NAME, host NAME: NAME holds a digit, "-" or "_" and starts with a letter. */
static void named_host(struct fm_line *l, uint32_t w)
{
    uint32_t i = named_start(l, l->words[w].end);
    if (!fm_is(fm_at(l, i), C_LOWER | C_UPPER))
        return;
    struct chain c = read_chain(l, i);
    bool is_explicit = fm_at(l, l->words[w].end) == '=' && l->words[w].end - l->words[w].start > 4;
    if (is_other_next(l, c.end))
        return;
    if (c.has_digit || c.has_dash || (is_explicit && c.labels > 1))
        propose_host(l, &c, 6, R_HOST_CTX);
}

static bool is_hex(const struct fm_line *l, const struct chain *c)
{
    uint32_t i = c->start;
    while (i < c->end && fm_is(fm_at(l, i), C_HEX))
        i++;
    return i == c->end;
}

/* The word behind w stands alone and has no digit, as most do: no name of a host by its form. */
static bool is_plain_next(const struct fm_line *l, uint32_t w)
{
    const struct fm_word *x = &l->words[w + 1];
    if (w + 1 >= l->n_words || x->start != l->words[w].end + 1 || x->cls & W_DIGIT)
        return false;
    return fm_at(l, x->end) != '-' && fm_at(l, x->end) != '.';
}

/* "on NAME12": letters, then 2 to 5 digits. */
static bool is_numbered_name(const struct fm_line *l, const struct chain *c)
{
    uint32_t i = c->start, digits = 0;
    while (fm_is(fm_at(l, i), C_LOWER | C_UPPER) || fm_at(l, i) == '-')
        i++;
    if (i < c->start + 2)
        return false;
    if (c->labels == 1 && c->has_dash && c->has_digit && c->has_letter)
        return true;
    for (; fm_is_digit(fm_at(l, i)); i++)
        digits++;
    return digits >= 2 && digits <= 5 && i == c->end && !is_hex(l, c);
}

static void towards_host(struct fm_line *l, uint32_t w)
{
    uint32_t i = l->words[w].end + 1;
    if (fm_at(l, i - 1) != ' ' || is_plain_next(l, w))
        return;
    struct chain c = read_chain(l, i);
    if (is_numbered_name(l, &c))
        propose_host(l, &c, 6, R_HOST_CTX);
}

static void named_port(struct fm_line *l, uint32_t w)
{
    uint32_t i = l->words[w].end, digits = 0;
    for (uint32_t k = 0; k < 3 && strchr(" =:#", fm_at(l, i)) && fm_at(l, i); k++)
        i++;
    if (i == l->words[w].end)
        return;
    while (digits <= 5 && fm_is_digit(fm_at(l, i + digits)))
        digits++;
    if (digits >= 2 && digits <= 5 && !fm_is_word(fm_at(l, i + digits)))
        fm_line_propose(l, 6, CAND(i, i + digits, PORT, R_PORT));
}

void fm_detect_host_context(struct fm_line *l)
{
    for (uint32_t w = 0; w < l->n_words; w++) {
        uint64_t kw = l->words[w].kw;
        if (kw & K(HOST))
            named_host(l, w);
        if (kw & K(TOWARDS))
            towards_host(l, w);
        if (kw & K(PORT) && l->is_strict)
            named_port(l, w);
    }
}
