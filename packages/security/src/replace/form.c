/* SPDX-License-Identifier: Apache-2.0 */
#include "replace/form.h"

#include "faultmaven/security/crypto.h"
#include "scan/chars.h"

/* Bytes of HMAC(key, type || attempt || block || value), block by block. */
struct stream {
    const uint8_t *key;
    const struct fm_form *form;
    struct fm_buf input;
    uint8_t block[32];
    unsigned used;
    uint32_t n_block;
};

static uint8_t next_byte(struct stream *s)
{
    if (s->used == sizeof s->block) {
        uint32_t head[3] = {s->form->type, s->form->attempt, s->n_block++};
        fm_buf_clear(&s->input);
        fm_buf_add(&s->input, head, sizeof head);
        fm_buf_adds(&s->input, s->form->value);
        fm_hmac_sha256(s->key, fm_buf_str(&s->input), s->block);
        s->used = 0;
    }
    return s->block[s->used++];
}

static unsigned below(struct stream *s, unsigned n)
{
    return (unsigned)((next_byte(s) << 8 | next_byte(s)) % (int)n);
}

static char other(struct stream *s, unsigned char c)
{
    if (fm_is_digit(c))
        return (char)('0' + below(s, 10));
    if (fm_is(c, C_LOWER))
        return (char)('a' + below(s, 26));
    return fm_is(c, C_UPPER) ? (char)('A' + below(s, 26)) : (char)c;
}

static char other_hex(struct stream *s, unsigned char c)
{
    static const char lower[] = "0123456789abcdef", upper[] = "0123456789ABCDEF";
    if (!fm_is(c, C_HEX))
        return (char)c;
    return fm_is(c, C_UPPER) ? upper[below(s, 16)] : lower[below(s, 16)];
}

/* An octet with as many digits as before. */
static void octets(struct stream *s, char *p, size_t n)
{
    static const unsigned first[] = {0, 0, 10, 100}, count[] = {0, 10, 90, 156};
    for (size_t i = 0; i < n;) {
        size_t k = 0;
        while (i + k < n && fm_is_digit((unsigned char)p[i + k]) && k < 3)
            k++;
        unsigned v = first[k] + (k ? below(s, count[k]) : 0);
        for (size_t d = k; d-- > 0; v /= 10)
            p[i + d] = (char)('0' + v % 10);
        i += k ? k : 1;
        if (i && i <= n && p[i - 1] == '/')
            return;
    }
}

static void fix_luhn(char *p, size_t n)
{
    unsigned sum = 0, seen = 0;
    size_t last = n;
    for (size_t i = n; i-- > 0;) {
        if (!fm_is_digit((unsigned char)p[i]))
            continue;
        if (last == n) {
            last = i;
            seen = 1;
            continue;
        }
        unsigned v = (unsigned)(p[i] - '0') * (seen++ & 1 ? 2 : 1);
        sum += v > 9 ? v - 9 : v;
    }
    if (last < n)
        p[last] = (char)('0' + (10 - sum % 10) % 10);
}

static bool is_hex_form(enum fm_sensitive t, fm_str v)
{
    return t == FM_SENSITIVE_MAC || t == FM_SENSITIVE_UUID || t == FM_SENSITIVE_HASH ||
           ((t == FM_SENSITIVE_IP || t == FM_SENSITIVE_PRIVATE_IP) && memchr(v.p, ':', v.len));
}

fm_str fm_form_fake(struct fm_arena *a, const uint8_t key[FM_CASE_KEY_BYTES],
                    const struct fm_form *f)
{
    struct stream s = {.key = key, .form = f, .used = sizeof s.block};
    char *p = fm_arena_dup(a, f->value.p, f->value.len);
    fm_buf_init(&s.input, f->value.len + 64);
    if (is_hex_form(f->type, f->value)) {
        for (size_t i = 0; i < f->value.len; i++)
            p[i] = other_hex(&s, (unsigned char)p[i]);
    } else if (f->type == FM_SENSITIVE_IP || f->type == FM_SENSITIVE_PRIVATE_IP) {
        octets(&s, p, f->value.len);
    } else {
        for (size_t i = 0; i < f->value.len; i++)
            p[i] = other(&s, (unsigned char)p[i]);
    }
    if (f->type == FM_SENSITIVE_CARD)
        fix_luhn(p, f->value.len);
    fm_buf_release(&s.input);
    fm_wipe(s.block, sizeof s.block);
    return fm_str_n(p, f->value.len);
}

/* --- partial --- */

static void first_character(struct fm_buf *out, fm_str v)
{
    size_t n = v.len ? 1 : 0;
    while (n < v.len && ((unsigned char)v.p[n] & 0xc0) == 0x80)
        n++;
    fm_buf_adds(out, fm_str_sub(v, 0, n));
    fm_buf_addz(out, "***");
}

static void partial_email(struct fm_buf *out, fm_str v)
{
    ptrdiff_t at = fm_str_rchr(v, '@');
    first_character(out, v);
    if (at > 0)
        fm_buf_adds(out, fm_str_skip(v, (size_t)at));
}

static void partial_ip(struct fm_buf *out, fm_str v)
{
    ptrdiff_t dot = fm_str_chr(v, '.', 0);
    ptrdiff_t second = dot > 0 ? fm_str_chr(v, '.', (size_t)dot + 1) : -1;
    if (second < 0) {
        first_character(out, v);
        return;
    }
    fm_buf_adds(out, fm_str_sub(v, 0, (size_t)second));
    fm_buf_addz(out, ".*.*");
}

/* The last four digits stay. */
static void partial_number(struct fm_buf *out, fm_str v)
{
    size_t digits = 0;
    for (size_t i = 0; i < v.len; i++)
        digits += fm_is_digit((unsigned char)v.p[i]);
    size_t hide = digits > 8 ? digits - 4 : digits;
    for (size_t i = 0; i < v.len; i++) {
        bool is_hidden = fm_is((unsigned char)v.p[i], C_WORD) && hide > 0;
        hide -= is_hidden && fm_is_digit((unsigned char)v.p[i]);
        fm_buf_addc(out, is_hidden ? '*' : v.p[i]);
    }
}

void fm_form_partial(struct fm_buf *out, enum fm_sensitive type, fm_str value)
{
    switch ((int)type) {
    case FM_SENSITIVE_EMAIL:
        partial_email(out, value);
        break;
    case FM_SENSITIVE_IP:
    case FM_SENSITIVE_PRIVATE_IP:
        partial_ip(out, value);
        break;
    case FM_SENSITIVE_CARD:
    case FM_SENSITIVE_PHONE:
    case FM_SENSITIVE_IBAN:
        partial_number(out, value);
        break;
    default:
        first_character(out, value);
    }
}
