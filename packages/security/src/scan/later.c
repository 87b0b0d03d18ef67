/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/later.h"

#include <stdlib.h>

#include "scan/placeholder.h"
#include "scan/state.h"

void fm_later_add(struct fm_line *l, enum fm_later_what what, uint32_t word)
{
    struct fm_redact_scan *s = l->scan;
    if (s->n_later == s->cap_later) {
        s->cap_later = s->cap_later ? 2 * s->cap_later : 256;
        s->later = realloc(s->later, s->cap_later * sizeof *s->later);
        FM_ASSERT(s->later != NULL);
    }
    s->later[s->n_later++] = (struct fm_later){word, what};
}

static void run_word(struct fm_line *l, const struct fm_later *x)
{
    static void (*const by_word[FM_LATER_COUNT])(struct fm_line *, uint32_t) = {
        [FM_LATER_IPV4] = fm_detect_ipv4,     [FM_LATER_COLON_HEX] = fm_detect_colon_hex,
        [FM_LATER_NUMBER] = fm_detect_number, [FM_LATER_LETTERED] = fm_detect_lettered_id,
        [FM_LATER_HEX] = fm_detect_hex,       [FM_LATER_FORMAT] = fm_detect_format,
        [FM_LATER_PAIR] = fm_detect_pair,     [FM_LATER_YEAR] = fm_detect_year,
        [FM_LATER_LOOSE] = fm_detect_loose,
    };
    by_word[x->what](l, x->word);
}

static void run_line(struct fm_line *l, uint32_t what)
{
    static void (*const by_line[FM_LATER_COUNT])(struct fm_line *) = {
        [FM_LATER_PEM] = fm_pem_begin,
        [FM_LATER_AUTH] = fm_detect_auth,
        [FM_LATER_CONTINUED] = fm_detect_continued,
        [FM_LATER_PLACEHOLDERS] = fm_placeholders_protect,
    };
    by_line[what](l);
}

#define WITHOUT_WORD                                                                               \
    (1u << FM_LATER_PEM | 1u << FM_LATER_AUTH | 1u << FM_LATER_CONTINUED |                         \
     1u << FM_LATER_PLACEHOLDERS)

void fm_later_run(struct fm_line *l, const struct fm_later *list, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if (WITHOUT_WORD >> list[i].what & 1)
            run_line(l, list[i].what);
        else
            run_word(l, &list[i]);
    }
}
