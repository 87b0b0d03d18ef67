/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/base/id.h"

#include <stdio.h>

#define SEQUENCE_MAX 0xFFFu
#define DIGITS 26

static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";

void fm_id_source_init(struct fm_id_source *s, const struct fm_clock *clock, struct fm_rng *rng)
{
    *s = (struct fm_id_source){.clock = clock, .rng = rng};
}

/* When the sequence of a millisecond is used up, the next millisecond is borrowed. */
static void advance(struct fm_id_source *s)
{
    int64_t ms = fm_now(s->clock) / FM_MS;
    if (ms > s->last_ms) {
        s->last_ms = ms;
        s->sequence = 0;
    } else if (s->sequence < SEQUENCE_MAX) {
        s->sequence++;
    } else {
        s->last_ms++;
        s->sequence = 0;
    }
}

fm_id fm_id_new(struct fm_id_source *s)
{
    fm_id id;
    advance(s);
    fm_rng_fill(s->rng, id.bytes + 8, 8);
    for (int i = 0; i < 6; i++)
        id.bytes[i] = (uint8_t)(s->last_ms >> (40 - 8 * i));
    id.bytes[6] = (uint8_t)(0x70 | s->sequence >> 8);
    id.bytes[7] = (uint8_t)s->sequence;
    id.bytes[8] = (uint8_t)(0x80 | (id.bytes[8] & 0x3F));
    return id;
}

bool fm_id_is_none(fm_id id)
{
    static const fm_id none;
    return memcmp(id.bytes, none.bytes, sizeof id.bytes) == 0;
}

int fm_id_cmp(fm_id a, fm_id b)
{
    return memcmp(a.bytes, b.bytes, sizeof a.bytes);
}

fm_time fm_id_time(fm_id id)
{
    int64_t ms = 0;
    for (int i = 0; i < 6; i++)
        ms = ms << 8 | id.bytes[i];
    return ms * FM_MS;
}

/* Five bits a digit from the most significant on; the first digit holds only three bits. */
const char *fm_id_format(fm_id id, const char *prefix, char buf[FM_ID_TEXT_MAX])
{
    int n = snprintf(buf, FM_ID_PREFIX_MAX + 2, "%.*s_", FM_ID_PREFIX_MAX, prefix);
    unsigned bits = 0, held = 2; /* two zero bits make 130 */
    for (size_t i = 0; i < FM_ID_BYTES; i++) {
        bits = bits << 8 | id.bytes[i];
        for (held += 8; held >= 5; held -= 5)
            buf[n++] = alphabet[bits >> (held - 5) & 31];
    }
    buf[n] = '\0';
    return buf;
}

static int digit_value(char c)
{
    if (c >= 'A' && c <= 'Z')
        c = (char)(c + 32);
    const char *at = c ? strchr(alphabet, c) : NULL;
    return at ? (int)(at - alphabet) : -1;
}

static bool parse_digits(fm_str s, fm_id *out)
{
    fm_id id;
    unsigned bits = 0, held = 0;
    size_t n = 0;
    for (size_t i = 0; i < DIGITS; i++) {
        int v = digit_value(s.p[i]);
        if (v < 0 || (i == 0 && v > 7))
            return false;
        bits = bits << 5 | (unsigned)v;
        held += i == 0 ? 3 : 5;
        if (held >= 8) {
            held -= 8;
            id.bytes[n++] = (uint8_t)(bits >> held);
        }
    }
    *out = id;
    return true;
}

bool fm_id_parse(fm_str s, const char *prefix, fm_id *out)
{
    fm_str want = fm_str_c(prefix);
    if (s.len != want.len + 1 + DIGITS || !fm_str_istarts(s, want) || s.p[want.len] != '_')
        return false;
    return parse_digits(fm_str_skip(s, want.len + 1), out);
}
