/* SPDX-License-Identifier: Apache-2.0 */
/* What the halves of the scanner share: scan.c walks over a message, scan_word.c judges words. */
#ifndef FAULTMAVEN_CORE_LOGS_SCAN_RULES_H
#define FAULTMAVEN_CORE_LOGS_SCAN_RULES_H

#include "processing/logs/mix.h"
#include "processing/logs/scan.h"

struct scanner {
    const char *base, *p, *end;
    const char *run; /* literal bytes from here on are not hashed yet */
    uint64_t h;
    struct fm_logs_shape *out;
};

static inline char prev_of(const struct scanner *s, const char *p)
{
    return p > s->base ? p[-1] : ' ';
}

static inline char at(const struct scanner *s, const char *p)
{
    return p < s->end ? *p : ' ';
}

static inline bool is_after_equals(const struct scanner *s, const char *p)
{
    return p - s->base >= 2 && p[-1] == '=' && p[-2] != '=' && p[-2] != '!' && p[-2] != '<' &&
           p[-2] != '>';
}

static inline bool is_quote(char c)
{
    return (fm_ch2(c) & FM_CH2_QUOTE) != 0;
}

static inline bool is_between_quotes(const struct scanner *s, const char *p, const char *q)
{
    char c = prev_of(s, p);
    return is_quote(c) && at(s, q) == c;
}

/* [p, q) is a value. */
static inline bool emit(struct scanner *s, const char *p, const char *q,
                        enum fm_logs_value_type type)
{
    struct fm_logs_shape *o = s->out;
    s->h = fm_mix_bytes(s->h, s->run, (size_t)(p - s->run));
    bool is_weak = type == FM_LOGS_VALUE_WORD;
    bool is_placed = is_after_equals(s, p) || is_between_quotes(s, p, q);
    if (o->n == FM_LOGS_VALUES_MAX - 1) {
        q = s->end;
        type = FM_LOGS_VALUE_TEXT;
    }
    s->h = fm_mix(s->h, is_weak || is_placed ? 0x57u : type == FM_LOGS_VALUE_UNIT ? 0x55u : 0x53u);
    o->own[o->n++] = (struct fm_logs_value){.off = (uint16_t)(p - s->base),
                                            .len = (uint16_t)(q - p),
                                            .type = (uint8_t)type,
                                            .is_weak = is_weak,
                                            .is_placed = is_placed};
    s->p = s->run = q;
    return true;
}

static inline bool emit_if(struct scanner *s, size_t len, enum fm_logs_value_type type)
{
    return len && emit(s, s->p, s->p + len, type);
}

static inline void number_with_unit(struct scanner *s, size_t len)
{
    (void)emit(s, s->p, s->p + len, FM_LOGS_VALUE_NUMBER);
    size_t n = fm_logs_match_unit(s->p, s->end);
    if (n && s->out->n + 1 < FM_LOGS_VALUES_MAX)
        (void)emit(s, s->p, s->p + n, FM_LOGS_VALUE_UNIT);
}

/* The word, or run of digits, at s->p: emits a value, or moves behind what is plain text. */
void fm_logs_scan_word(struct scanner *s);

#endif
