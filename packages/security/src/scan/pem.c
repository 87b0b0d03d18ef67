/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PEM blocks (RFC 7468) over lines. A private-key block without an end line stays open to the end
 * of the text: better too much than half a key; only a lone word in the line behind the header
 * says that it is none. A certificate block closes at any line that is not
 * base64, because certificates are public enough not to blind the reader. A block on one line, with
 * "\n" written out (JSON, environment), is found too.
 */
#include "scan/state.h"

static ptrdiff_t find(const struct fm_line *l, const char *needle, size_t from)
{
    return fm_str_find(fm_str_n(l->p, l->n), fm_str_c(needle), from);
}

static bool is_base64_line(const struct fm_line *l)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < l->n; i++) {
        unsigned char c = fm_at(l, i);
        if (fm_is(c, C_HOST) || c == '+' || c == '/' || c == '=')
            n++;
        else if (c != ' ' && c != '\t' && c != '\r' && c != '"' && c != ',' && c != '\\')
            return false;
    }
    return n >= 1;
}

static void propose(struct fm_line *l, uint32_t s, uint32_t e, enum fm_pem kind)
{
    if (kind == FM_PEM_KEY)
        fm_line_propose(l, 0, CAND(s, e, PRIVATE_KEY, R_PEM_KEY));
    else
        fm_line_propose(l, 0, CAND(s, e, CERTIFICATE, R_PEM_CERT));
}

/* End of the "-----END …-----" line behind `from`, or 0. */
static uint32_t block_end(const struct fm_line *l, size_t from)
{
    ptrdiff_t end = find(l, "-----END", from);
    if (end < 0)
        return 0;
    ptrdiff_t close = find(l, "-----", (size_t)end + 8);
    return close < 0 ? l->n : (uint32_t)close + 5;
}

static uint32_t trim_end(const struct fm_line *l)
{
    uint32_t e = l->n;
    while (e && fm_is(fm_at(l, e - 1), C_SPACE))
        e--;
    return e;
}

static enum fm_pem block_kind(const struct fm_line *l, size_t begin, size_t *header_end)
{
    ptrdiff_t close = find(l, "-----", begin + 11);
    if (close < 0 || (size_t)close - begin > 64)
        return FM_PEM_NONE;
    *header_end = (size_t)close + 5;
    fm_str label = fm_str_n(l->p + begin + 11, (size_t)close - begin - 11);
    if (fm_str_has(label, FM_STR("PRIVATE KEY")))
        return FM_PEM_KEY;
    return fm_str_has(label, FM_STR("CERTIFICATE")) || fm_str_has(label, FM_STR("PGP MESSAGE"))
               ? FM_PEM_CERT
               : FM_PEM_NONE;
}

bool fm_pem_continue(struct fm_line *l)
{
    uint32_t end = block_end(l, 0);
    if (!end && l->scan->pem == FM_PEM_CERT && !is_base64_line(l)) {
        l->scan->pem = FM_PEM_NONE;
        return false;
    }
    propose(l, 0, end ? end : trim_end(l), l->scan->pem);
    if (end)
        l->scan->pem = FM_PEM_NONE;
    return true;
}

/* A header that is closed at once holds nothing: "-----BEGIN … KEY----------END …-----". */
static bool is_empty_block(size_t header_end, uint32_t end)
{
    return end && end < header_end + 48;
}

/* Much shorter than a piece, so that both lines fit in one. */
#define AHEAD_MAX 1024

bool fm_redact_wants_ahead(fm_str line)
{
    line = fm_str_trim(line);
    return line.len <= AHEAD_MAX && fm_str_ends(line, FM_STR("-----")) &&
           fm_str_has(line, FM_STR("PRIVATE KEY-----")) && fm_str_has(line, FM_STR("-----BEGIN "));
}

/* A word in lower case, alone. The least key has 64 bytes in its first line (Ed25519, RFC 8410);
 * several words may be those of a log between header and key. */
static bool is_no_key(fm_str first)
{
    first = fm_str_trim(first);
    if (!first.len || first.len > 24)
        return false;
    for (size_t i = 0; i < first.len; i++)
        if (!fm_is((unsigned char)first.p[i], i ? C_LOWER : C_LOWER | C_UPPER))
            return false;
    return true;
}

void fm_pem_begin(struct fm_line *l)
{
    size_t from = 0, header_end = 0;
    for (ptrdiff_t at; (at = find(l, "-----BEGIN ", from)) >= 0; from = (size_t)at + 11) {
        enum fm_pem kind = block_kind(l, (size_t)at, &header_end);
        if (kind == FM_PEM_NONE)
            continue;
        uint32_t end = block_end(l, header_end);
        if (is_empty_block(header_end, end)) {
            at = (ptrdiff_t)end - 11;
            continue;
        }
        if (!end && kind == FM_PEM_KEY && is_no_key(l->scan->ahead))
            return;
        propose(l, (uint32_t)at, end ? end : trim_end(l), kind);
        if (!end) {
            l->scan->pem = kind;
            return;
        }
        at = (ptrdiff_t)end - 11;
    }
}
