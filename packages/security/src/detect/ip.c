/* SPDX-License-Identifier: Apache-2.0 */
/* IPv4, IPv6 and hardware addresses. */
#include "scan/state.h"

/* An octet at *at; moves behind it. "01" is no octet: it keeps dates and versions out. */
static int octet(const struct fm_line *l, uint32_t *at)
{
    uint32_t i = *at;
    int v = 0, n = 0;
    for (; n < 3 && fm_is_digit(fm_at(l, i)); i++, n++)
        v = v * 10 + (fm_at(l, i) - '0');
    if (n == 0 || v > 255 || fm_is_digit(fm_at(l, i)) || (n > 1 && fm_at(l, *at) == '0'))
        return -1;
    *at = i;
    return v;
}

static bool quad(const struct fm_line *l, uint32_t *at, int o[4])
{
    uint32_t i = *at;
    for (int k = 0; k < 4; k++) {
        if (k && fm_at(l, i++) != '.')
            return false;
        o[k] = octet(l, &i);
        if (o[k] < 0)
            return false;
    }
    *at = i;
    return true;
}

/* RFC 1918, 6598, 3927, 1122: addresses that mean something only inside. */
static bool is_private(const int o[4])
{
    static const struct {
        uint8_t first, lo, hi; /* first octet, range of the second */
    } nets[] = {{10, 0, 255}, {172, 16, 31},   {192, 168, 168}, {127, 0, 255},
                {0, 0, 255},  {169, 254, 254}, {100, 64, 127}};
    for (size_t i = 0; i < sizeof nets / sizeof *nets; i++)
        if (o[0] == nets[i].first && o[1] >= nets[i].lo && o[1] <= nets[i].hi)
            return true;
    return o[0] >= 224;
}

static uint32_t number_end(const struct fm_line *l, uint32_t i, uint32_t max_digits)
{
    uint32_t n = 0;
    while (n <= max_digits && fm_is_digit(fm_at(l, i + n)))
        n++;
    return n && n <= max_digits && !fm_is_word(fm_at(l, i + n)) ? i + n : 0;
}

static void propose_ip(struct fm_line *l, uint32_t s, uint32_t e, bool is_inner)
{
    uint32_t end = fm_at(l, e) == '/' ? number_end(l, e + 1, 2) : 0;
    end = end ? end : e;
    if (is_inner)
        fm_line_propose(l, 4, CAND(s, end, PRIVATE_IP, R_IPV4));
    else
        fm_line_propose(l, 4, CAND(s, end, IP, R_IPV4));
    uint32_t port = fm_at(l, end) == ':' ? number_end(l, end + 1, 5) : 0;
    if (port)
        fm_line_propose(l, 5, CAND(end + 1, port, PORT, R_PORT));
}

/* A word, or a fifth number, follows: no address. */
static bool goes_on(const struct fm_line *l, uint32_t e)
{
    unsigned char next = fm_at(l, e);
    return fm_is_word(next) || (next == '.' && fm_is_digit(fm_at(l, e + 1)));
}

/* "a-" goes on: part of a name. */
static bool is_behind_dash(const struct fm_line *l, uint32_t s)
{
    return fm_at(l, s - 1) == '-' && s >= 2 && fm_is_word(fm_at(l, s - 2));
}

void fm_detect_ipv4(struct fm_line *l, uint32_t w)
{
    uint32_t s = l->words[w].start, e = s;
    int o[4];
    unsigned char prev = fm_at(l, s - 1);
    if (prev == '.' || is_behind_dash(l, s) || !quad(l, &e, o))
        return;
    if (goes_on(l, e) || (w && l->words[w - 1].kw & K(VERSION) && fm_at(l, e) == '-'))
        return;
    l->ip_end = e;
    if (prev == '/' && w && l->words[w - 1].end == s - 1 && l->words[w - 1].cls & W_ALPHA)
        fm_detect_named_address(l, w - 1);
    propose_ip(l, s, e, is_private(o));
}

/* --- IPv6 --- */

struct v6 {
    uint32_t end;
    unsigned groups;
    unsigned colons;
    bool has_gap;
    bool has_digit;
};

/* A group of 1-4 hex digits; false when it is longer or runs into a word. */
static bool group(const struct fm_line *l, uint32_t *at, struct v6 *v)
{
    uint32_t n = 0;
    for (; n < 5 && fm_is(fm_at(l, *at + n), C_HEX); n++)
        v->has_digit |= fm_is_digit(fm_at(l, *at + n));
    if (n == 0 || n > 4 || fm_is_word(fm_at(l, *at + n)))
        return false;
    *at += n;
    v->groups++;
    return true;
}

static bool embedded_v4(const struct fm_line *l, uint32_t *at, struct v6 *v)
{
    int o[4];
    if (!quad(l, at, o))
        return false;
    v->groups += 2;
    v->has_digit = true;
    return true;
}

enum colons { COLONS_NONE, COLONS_ONE, COLONS_GAP, COLONS_WRONG };

/* What parts two groups: ":", or "::" once. */
static enum colons read_colons(const struct fm_line *l, uint32_t *at, struct v6 *v)
{
    if (fm_at(l, *at) != ':')
        return COLONS_NONE;
    if (fm_at(l, *at + 1) != ':') {
        ++*at;
        return COLONS_ONE;
    }
    *at += 2;
    if (v->has_gap)
        return COLONS_WRONG;
    v->has_gap = true;
    return COLONS_GAP;
}

static bool parse_v6(const struct fm_line *l, uint32_t at, struct v6 *v)
{
    while (v->groups < 9) {
        enum colons c = read_colons(l, &at, v);
        if (c == COLONS_WRONG || (c == COLONS_ONE && !v->groups && !v->has_gap))
            return false;
        if (c == COLONS_NONE && v->groups)
            break;
        uint32_t before = at;
        if (embedded_v4(l, &at, v))
            break;
        if (!group(l, &at, v)) {
            at = before;
            break;
        }
    }
    v->end = at;
    return fm_at(l, at - 1) != ':' || (v->has_gap && fm_at(l, at - 2) == ':');
}

static bool is_whole_v6(const struct v6 *v, uint32_t len)
{
    return v->has_gap ? v->groups <= 7 && v->has_digit && len >= 3 : v->groups == 8;
}

/* Link-local and unique local addresses (RFC 4291, RFC 4193). */
static bool is_inner_v6(const struct fm_line *l, uint32_t s)
{
    fm_str text = fm_line_str(l, s, l->n);
    return fm_str_istarts(text, FM_STR("fe80:")) || fm_str_istarts(text, FM_STR("fd")) ||
           fm_str_istarts(text, FM_STR("fc"));
}

static bool runs_on_v6(const struct fm_line *l, uint32_t e)
{
    unsigned char next = fm_at(l, e);
    return fm_is_word(next) || (next == ':' && fm_at(l, e + 1) == ':');
}

static void detect_v6(struct fm_line *l, uint32_t s)
{
    struct v6 v = {0};
    unsigned char prev = fm_at(l, s - 1);
    if (prev == ':' || prev == '.' || fm_is_word(prev) || !parse_v6(l, s, &v))
        return;
    if (runs_on_v6(l, v.end) || !is_whole_v6(&v, v.end - s))
        return;
    unsigned char next = fm_at(l, v.end);
    bool is_inner = is_inner_v6(l, s) || v.end - s == 3;
    uint32_t end = next == '/' ? number_end(l, v.end + 1, 3) : 0;
    end = end ? end : v.end;
    if (next == '%')
        end = fm_token_end(l, v.end);
    if (is_inner)
        fm_line_propose(l, 4, CAND(s, end, PRIVATE_IP, R_IPV6));
    else
        fm_line_propose(l, 4, CAND(s, end, IP, R_IPV6));
}

/* --- hardware addresses: 6 to 20 octets --- */

static bool is_hex_pair(const struct fm_line *l, uint32_t i)
{
    return fm_is(fm_at(l, i), C_HEX) && fm_is(fm_at(l, i + 1), C_HEX);
}

static bool has_hex_letter(const struct fm_line *l, uint32_t s, uint32_t e)
{
    while (s < e && !fm_is(fm_at(l, s), C_LOWER | C_UPPER))
        s++;
    return s < e;
}

/* The end of the octets at s, and how many they are. */
static uint32_t octets_end(const struct fm_line *l, uint32_t s, unsigned char sep, uint32_t *n)
{
    uint32_t i = s;
    for (*n = 1; *n < 22 && is_hex_pair(l, i); ++*n) {
        i += 2;
        if (fm_at(l, i) != sep || !fm_is(fm_at(l, i + 1), C_HEX))
            break;
        i++;
    }
    return i;
}

static void detect_octets(struct fm_line *l, uint32_t s, unsigned char sep)
{
    uint32_t n = 0, e = octets_end(l, s, sep, &n);
    if (fm_at(l, s - 1) == sep || is_behind_dash(l, s) || n < 6 || n > 20)
        return;
    if (!fm_is_word(fm_at(l, e)) && (sep != '-' || has_hex_letter(l, s, e)))
        fm_line_propose(l, 3, CAND(s, e, MAC, R_MAC));
}

void fm_detect_colon_hex(struct fm_line *l, uint32_t w)
{
    const struct fm_word *x = &l->words[w];
    bool is_gap_first =
        x->start >= 2 && fm_at(l, x->start - 1) == ':' && fm_at(l, x->start - 2) == ':';
    if (x->end - x->start == 2 && fm_at(l, x->end) == ':' && fm_is(fm_at(l, x->end + 1), C_HEX))
        detect_octets(l, x->start, ':');
    detect_v6(l, is_gap_first ? x->start - 2 : x->start);
}

void fm_detect_dotted_mac(struct fm_line *l, uint32_t w)
{
    uint32_t s = l->words[w].start;
    bool has_letter = false;
    if (fm_at(l, s - 1) == '.' || fm_at(l, s + 9) != '.')
        return;
    for (uint32_t i = 0; i < 14; i++) {
        unsigned char c = fm_at(l, s + i);
        if (i % 5 == 4 ? c != '.' : !fm_is(c, C_HEX))
            return;
        has_letter |= c != '.' && !fm_is_digit(c);
    }
    if (has_letter && !fm_is_word(fm_at(l, s + 14)) && fm_at(l, s + 14) != '.')
        fm_line_propose(l, 3, CAND(s, s + 14, MAC, R_MAC));
}

/* RFC 9562: 8-4-4-4-12. */
static bool is_uuid(const struct fm_line *l, uint32_t s)
{
    for (uint32_t i = 0; i < 36; i++) {
        bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
        unsigned char c = fm_at(l, s + i);
        if (is_dash ? c != '-' : !fm_is(c, C_HEX))
            return false;
    }
    return !fm_is_word(fm_at(l, s + 36));
}

void fm_detect_dash_hex(struct fm_line *l, uint32_t w)
{
    const struct fm_word *x = &l->words[w];
    if (x->end - x->start == 2)
        detect_octets(l, x->start, '-');
    else if (is_uuid(l, x->start))
        fm_line_propose(l, 5, CAND(x->start, x->start + 36, UUID, R_UUID));
}
