/* SPDX-License-Identifier: Apache-2.0 */
/* The innermost cause of a stack trace or of a nested error text. */
#include "processing/logs/continuation.h"
#include "processing/logs/observe.h"

#define TRACE_LINES_MAX 400
#define CHAIN_EXAMPLES 2

/* Text behind the words by which runtimes name the cause of an error, or an empty text. */
static fm_str cause_of(fm_str line)
{
    static const char *const marks[] = {
        "Caused by: ", "caused by: ", "Root cause: ", "root cause: ", " ---> "};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        ptrdiff_t at = fm_str_find(line, fm_str_c(marks[i]), 0);
        if (at >= 0)
            return fm_str_trim(fm_str_skip(line, (size_t)at + strlen(marks[i])));
    }
    return FM_STR_NULL;
}

static bool is_python_end(fm_str line, bool in_python)
{
    return in_python && line.len && line.p[0] != ' ' && fm_str_chr(line, ':', 0) > 0;
}

/* The last cause named in the record that begins at `at`. Python prints the innermost one last,
 * without a mark. */
static fm_str innermost(fm_str text, uint64_t at)
{
    fm_str rest = fm_str_skip(text, at), line, cause = FM_STR_NULL;
    bool in_python = false;
    for (unsigned n = 0; n < TRACE_LINES_MAX && fm_str_line(&rest, &line); n++) {
        if (is_python_end(line, in_python)) {
            cause = fm_str_trim(line);
            in_python = false;
            continue;
        }
        if (n > 0 && !fm_logs_is_continuation(line))
            break;
        fm_str c = cause_of(line);
        if (!c.len && !cause.len && fm_logs_is_exception(line))
            c = fm_str_trim(line);
        cause = c.len ? c : cause;
        in_python |= fm_str_has(line, FM_STR("Traceback (most recent call last)"));
    }
    return cause;
}

void fm_logs_observe_chain(const struct fm_logs_case *c)
{
    fm_str bytes = c->source->evidence->bytes;
    for (uint32_t i = 0; i < c->t->n_examples && i < CHAIN_EXAMPLES; i++) {
        fm_str cause = innermost(bytes, c->t->examples[i].offset);
        fm_span span =
            cause.len ? fm_quote(c->source->evidence, cause, FM_QUOTE_MAX) : (fm_span){0};
        if (!span.length)
            continue;
        struct fm_observation *o = fm_logs_observation(c, FM_OBSERVATION_LOG_ERROR_CHAIN,
                                                       c->severity >= FM_LOGS_ERROR ? .8 : .6);
        o->subject = fm_str_n(bytes.p + span.offset, span.length);
        o->spans.n = 0;
        fm_vec_push(&c->in->ctx->arena, &o->spans, span);
        o->text = fm_str_fmt(&c->in->ctx->arena, "the innermost cause is \"%.*s\"",
                             FM_STR_ARG(fm_str_sub(o->subject, 0, 200)));
        return;
    }
}
