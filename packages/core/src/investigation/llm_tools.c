/* SPDX-License-Identifier: Apache-2.0 */
/* Tools over the evidence of one case. They read; offsets in results are offsets of the evidence,
 * fit for citations. */
#include "faultmaven/core/llm_reasoner.h"

#define READ_MAX 8192
#define SEARCH_MAX (8u << 20) /* bytes looked at */
#define HITS_MAX 40
#define LINE_MAX_SHOWN 400

struct evidence_tool {
    struct fm_tool base;
    const struct fm_case *c;
    struct fm_evidence_reader *reader;
};

static enum fm_code find_evidence(struct evidence_tool *t, struct fm_ctx *ctx, yyjson_val *args,
                                  fm_str *id)
{
    *id = fm_json_get_str(args, "evidence_id");
    const struct fm_evidence_item *e = fm_case_find(t->c, FM_REF_EVIDENCE, *id);
    if (!e || e->state == FM_EVIDENCE_WITHDRAWN)
        return fm_fail(ctx, FM_EINVAL, "evidence_id: \"%.*s\" is no evidence of this case",
                       FM_STR_ARG(*id));
    return t->reader ? FM_OK
                     : fm_fail(ctx, FM_EUNAVAILABLE, "the content of evidence cannot be read here");
}

static enum fm_code read_run(struct fm_tool *tool, struct fm_ctx *ctx, yyjson_val *args,
                             struct fm_buf *out)
{
    struct evidence_tool *t = (struct evidence_tool *)tool;
    fm_str id, text;
    FM_TRY(find_evidence(t, ctx, args, &id));
    int64_t offset = fm_json_get_i64(args, "offset", 0),
            length = fm_json_get_i64(args, "length", 2048);
    if (offset < 0 || length < 1)
        return fm_fail(ctx, FM_EINVAL, "offset and length must be positive");
    FM_TRY(t->reader->ops->read(t->reader, ctx, id,
                                (struct fm_range){offset, length < READ_MAX ? length : READ_MAX},
                                &text));
    fm_buf_addf(out, "%.*s, bytes %lld to %lld:\n", FM_STR_ARG(id), (long long)offset,
                (long long)offset + (long long)text.len);
    fm_buf_adds(out, text);
    return FM_OK;
}

static bool matches(fm_str line, fm_str words)
{
    fm_str word;
    while (fm_str_word(&words, &word))
        if (!fm_str_ihas(line, word))
            return false;
    return true;
}

/* Lines that hold all of the words, with their offsets; the total is told although not all are
 * shown. */
static void search_text(fm_str text, fm_str words, struct fm_buf *out)
{
    fm_str rest = text, line;
    size_t hits = 0;
    while (fm_str_line(&rest, &line)) {
        if (!matches(line, words))
            continue;
        if (hits++ < HITS_MAX)
            fm_buf_addf(out, "%zu: %.*s\n", (size_t)(line.p - text.p),
                        FM_STR_ARG(fm_str_sub(line, 0, LINE_MAX_SHOWN)));
    }
    fm_buf_addf(out, "%zu lines match%s\n", hits,
                hits > HITS_MAX ? "; the first 40 are shown" : "");
}

static enum fm_code search_run(struct fm_tool *tool, struct fm_ctx *ctx, yyjson_val *args,
                               struct fm_buf *out)
{
    struct evidence_tool *t = (struct evidence_tool *)tool;
    fm_str id, text, words = fm_str_trim(fm_json_get_str(args, "words"));
    FM_TRY(find_evidence(t, ctx, args, &id));
    if (words.len == 0)
        return fm_fail(ctx, FM_EINVAL, "words: missing");
    FM_TRY(t->reader->ops->read(t->reader, ctx, id, (struct fm_range){0, SEARCH_MAX}, &text));
    fm_buf_addf(out, "%.*s, lines with \"%.*s\":\n", FM_STR_ARG(id), FM_STR_ARG(words));
    search_text(text, words, out);
    if (text.len == SEARCH_MAX)
        fm_buf_addz(out, "only the first 8 MiB were searched\n");
    return FM_OK;
}

static const struct fm_tool_ops read_ops = {
    .name = "read_evidence",
    .description = "Reads bytes of one piece of evidence.",
    .schema =
        "{\"type\":\"object\",\"properties\":{\"evidence_id\":{\"type\":\"string\"},\"offset\":{"
        "\"type\":\"integer\"},\"length\":{\"type\":\"integer\"}},\"required\":[\"evidence_id\"]}",
    .run = read_run,
};

static const struct fm_tool_ops search_ops = {
    .name = "search_evidence",
    .description = "Finds lines of one piece of evidence that hold all of the given words, with "
                   "their offsets and their total number.",
    .schema = "{\"type\":\"object\",\"properties\":{\"evidence_id\":{\"type\":\"string\"},"
              "\"words\":{\"type\":\"string\"}},\"required\":[\"evidence_id\",\"words\"]}",
    .run = search_run,
};

void fm_evidence_tools_init(struct fm_evidence_tools *t, const struct fm_case *c,
                            struct fm_evidence_reader *reader)
{
    memset(t, 0, sizeof *t);
    t->read.base.ops = &read_ops;
    t->search.base.ops = &search_ops;
    t->read.c = t->search.c = c;
    t->read.reader = t->search.reader = reader;
    t->list[0] = &t->read.base;
    t->list[1] = &t->search.base;
}
