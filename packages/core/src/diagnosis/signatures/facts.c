/* SPDX-License-Identifier: Apache-2.0 */
/* What a line says about itself where no log format was recognised: its level, and whether
 * something failed. */
#include "facts.h"

struct level_word {
    const char *word;
    enum fm_fact_level level;
};

static const struct level_word level_words[] = {
    {"emerg", FM_FACT_FATAL},      {"alert", FM_FACT_FATAL},  {"crit", FM_FACT_FATAL},
    {"critical", FM_FACT_FATAL},   {"fatal", FM_FACT_FATAL},  {"panic", FM_FACT_FATAL},
    {"severe", FM_FACT_FATAL},     {"error", FM_FACT_ERROR},  {"err", FM_FACT_ERROR},
    {"warn", FM_FACT_WARN},        {"warning", FM_FACT_WARN}, {"info", FM_FACT_INFO},
    {"information", FM_FACT_INFO}, {"notice", FM_FACT_INFO},  {"log", FM_FACT_INFO},
    {"debug", FM_FACT_DEBUG},      {"trace", FM_FACT_DEBUG},
};

#define LEVEL_WORDS_MAX 8 /* a level stands in the first words of a line */

static fm_str bare_word(fm_str w)
{
    while (w.len && strchr("[]()<>\"':,|=*", w.p[0]))
        w = fm_str_skip(w, 1);
    while (w.len && strchr("[]()<>\"':,|=*", w.p[w.len - 1]))
        w.len--;
    ptrdiff_t eq = fm_str_chr(w, '=', 0);
    return eq > 0 ? fm_str_skip(w, (size_t)eq + 1) : w;
}

/* klog: a letter and month and day, "E0705". */
static enum fm_fact_level klog_level(fm_str w)
{
    if (w.len != 5)
        return FM_FACT_UNKNOWN;
    for (size_t i = 1; i < 5; i++)
        if (w.p[i] < '0' || w.p[i] > '9')
            return FM_FACT_UNKNOWN;
    switch (w.p[0]) {
    case 'F':
        return FM_FACT_FATAL;
    case 'E':
        return FM_FACT_ERROR;
    case 'W':
        return FM_FACT_WARN;
    case 'I':
        return FM_FACT_INFO;
    default:
        return FM_FACT_UNKNOWN;
    }
}

/* "Error:" in the middle of a sentence is no level; a level is written in capitals, or stands in
 * brackets or after "=". */
static bool is_level_form(fm_str raw, fm_str word)
{
    bool is_upper = word.p[0] >= 'A' && word.p[0] <= 'Z' && word.len > 1 && word.p[1] >= 'A' &&
                    word.p[1] <= 'Z';
    return is_upper || raw.len > word.len;
}

enum fm_fact_level fm_fact_level_of(fm_str line)
{
    fm_str raw;
    for (unsigned n = 0; n < LEVEL_WORDS_MAX && fm_str_word(&line, &raw); n++) {
        fm_str w = bare_word(raw);
        enum fm_fact_level level = w.len ? klog_level(w) : FM_FACT_UNKNOWN;
        if (level)
            return level;
        for (size_t i = 0; w.len && i < sizeof level_words / sizeof *level_words; i++)
            if (fm_str_ieq(w, fm_str_c(level_words[i].word)) && is_level_form(raw, w))
                return level_words[i].level;
    }
    return FM_FACT_UNKNOWN;
}

static const char *const failure_words[] = {
    "error",
    "fail",
    "fatal",
    "panic",
    "exception",
    "refused",
    "denied",
    "cannot",
    "can't",
    "could not",
    "unable",
    "abort",
    "killed",
    "reject",
    "timed out",
    "i/o timeout",
    "timeout after",
    "timeout exceeded",
    "timeout while",
    "timeout waiting",
    "connect timeout",
    "read timeout",
    "exhaust",
    "invalid",
    "expired",
    "unreachable",
    "unavail",
    "no such",
    "not found",
    "lost",
    "corrupt",
    "crash",
    "exceed",
    "too many",
    "full",
    "deadlock",
    "missing",
    "overflow",
    "dropped",
    "reset by",
    "no space",
    "out of",
    "violat",
    "mismatch",
    "stale",
    "conflict",
    "not permitted",
    "forbidden",
    "unauthorized",
    "terminated",
    "oom",
    "broken",
    "throttl",
    "deadline",
    "segfault",
    "stopped",
};

bool fm_fact_is_failure(const struct fm_fact *f)
{
    if (f->source == FM_FACT_EVENT || f->source == FM_FACT_OBSERVATION ||
        f->source == FM_FACT_FIELD)
        return true;
    if (f->level >= FM_FACT_WARN)
        return true;
    if (f->level != FM_FACT_UNKNOWN)
        return false;
    for (size_t i = 0; i < sizeof failure_words / sizeof *failure_words; i++)
        if (fm_str_ihas(f->text, fm_str_c(failure_words[i])))
            return true;
    return false;
}

void fm_facts_add(struct fm_incident *in, struct fm_facts *out, const struct fm_fact *f)
{
    if (f->text.len && out->n < FM_FACTS_MAX)
        fm_vec_push(&in->ctx->arena, out, *f);
}
