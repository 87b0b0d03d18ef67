/* SPDX-License-Identifier: Apache-2.0 */
#include "processing/logs/mask.h"

#include "processing/logs/mix.h"

#define STEP FM_LOGS_MASK_STEP

/* Sixteen bytes at once; compilers know how on every processor. Comparing gives 0xFF where it
 * holds. */
typedef uint8_t bytes __attribute__((vector_size(16)));

static bytes load(const unsigned char *p)
{
    bytes v;
    memcpy(&v, p, sizeof v);
    return v;
}

/* Reads one byte on either side of `in`. */
static void mask_bytes(const unsigned char *in, unsigned char *out)
{
    bytes c = load(in), before = load(in - 1), behind = load(in + 1) | 32;
    bytes is_digit = (bytes)(c - '0' <= 9);
    bytes is_told = (bytes)(c == '0') & ((bytes)(before == ':') | (bytes)(behind == 'x'));
    bytes is_masked = is_digit & ~is_told;
    bytes masked = (c & ~is_masked) | ('1' & is_masked);
    memcpy(out, &masked, sizeof masked);
}

void fm_logs_mask_step(const unsigned char *in, unsigned char *out)
{
    for (size_t i = 0; i < STEP; i += sizeof(bytes))
        mask_bytes(in + i, out + i);
}

/* Two chains, so that one multiplication does not wait for the other. */
static uint64_t hash_steps(const unsigned char *text, size_t n)
{
    uint64_t a = FM_MIX_SEED ^ n, b = FM_MIX_K;
    for (const char *p = (const char *)text, *end = p + n; p < end; p += STEP) {
        a = fm_mix_fold(fm_mix_load8(p) ^ a, fm_mix_load8(p + 8) ^ FM_MIX_K);
        b = fm_mix_fold(fm_mix_load8(p + 16) ^ b, fm_mix_load8(p + 24) ^ FM_MIX_K);
    }
    return fm_mix_end(a ^ (b << 31 | b >> 33));
}

void fm_logs_mask(fm_str s, struct fm_logs_masked *out)
{
    unsigned char copy[1 + FM_LOGS_MASK_MAX + STEP];
    size_t n = (s.len + STEP - 1) / STEP * STEP;
    memset(copy + 1 + n - STEP, 0, STEP + 1);
    memcpy(copy + 1, s.p, s.len);
    copy[0] = ' ';
    for (size_t i = 0; i < n; i += STEP)
        fm_logs_mask_step(copy + 1 + i, out->text + i);
    out->len = s.len;
    out->hash = hash_steps(out->text, n);
}
