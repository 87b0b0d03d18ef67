/* SPDX-License-Identifier: Apache-2.0 */
/* Servers that build the model's input by text templates may read such marks inside data as marks.
 */
#include "internal.h"

/* The mark, and how many of its bytes come before the blank that breaks it. */
static const struct {
    const char *mark;
    size_t at;
} marks[] = {
    {"<|", 1},
    {"|>", 1},
    {"[INST]", 5},
    {"[/INST]", 6},
    {"<<SYS>>", 1},
    {"<</SYS>>", 1},
    {"<start_of_turn>", 1},
    {"<end_of_turn>", 1},
    {"<bos>", 1},
    {"<eos>", 1},
    {"<s>", 1},
    {"</s>", 1},
    {"<tool_call>", 1},
    {"<think>", 1},
    {"</think>", 1},
    {"<<<data", 2},
    {">>>", 2},
    {"\n@system", 2},
    {"\nHuman:", 2},
    {"\nAssistant:", 2},
    {"<\xEF\xBD\x9C", 1},
};

static size_t mark_at(fm_str rest, size_t *at)
{
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (fm_str_istarts(rest, fm_str_c(marks[i].mark))) {
            *at = marks[i].at;
            return strlen(marks[i].mark);
        }
    return 0;
}

static bool may_begin(char c)
{
    return c == '<' || c == '|' || c == '[' || c == '>' || c == '\n';
}

static void add_text(struct fm_buf *b, fm_str text, fm_str fence)
{
    for (size_t i = 0; i < text.len;) {
        fm_str rest = fm_str_skip(text, i);
        size_t at = 0, len = may_begin(text.p[i]) ? mark_at(rest, &at) : 0;
        if (fence.len && fm_str_starts(rest, fence)) {
            fm_buf_addz(b, "******");
            i += fence.len;
        } else if (len) {
            fm_buf_add(b, rest.p, at);
            fm_buf_addc(b, ' ');
            i += at;
            while (i < text.len && len-- > at && !may_begin(text.p[i]))
                fm_buf_addc(b, text.p[i++]);
        } else {
            fm_buf_addc(b, text.p[i++]);
        }
    }
}

/* A text begins behind a line end, which some marks need. */
fm_str fm_prompt_defuse(struct fm_arena *a, fm_str text, const char *fence)
{
    struct fm_buf b;
    fm_buf_init(&b, text.len * 2 + 64);
    add_text(&b, fm_str_fmt(a, "\n%.*s", FM_STR_ARG(text)), fm_str_c(fence));
    fm_str out = fm_str_skip(fm_str_dup(a, fm_buf_str(&b)), 1);
    fm_buf_release(&b);
    return out;
}
