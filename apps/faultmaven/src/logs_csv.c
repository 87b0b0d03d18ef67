/* SPDX-License-Identifier: Apache-2.0 */
#include "logs_csv.h"

#include <errno.h>
#include <stdlib.h>

#include "faultmaven/base/map.h"

#define IN_MEMORY (4u << 20)
#define OUT_BYTES (256u << 10)
#define ROW_MAX (2 * 4 * 4096 + 64)

/* Leaf numbers of all lines, in order. */
struct leaf_store {
    uint32_t *items; /* owned */
    size_t n, cap;
    FILE *spill; /* what came after IN_MEMORY */
    size_t n_spilled;
    bool is_bad;
};

static void store_reserve(struct leaf_store *s, size_t need)
{
    if (need <= s->cap)
        return;
    size_t cap = s->cap ? s->cap : 65536;
    while (cap < need)
        cap *= 2;
    s->items = realloc(s->items, cap * sizeof *s->items);
    if (!s->items)
        FM_BUG("out of memory");
    s->cap = cap;
}

static void store_leaves(void *arg, const uint32_t *leaves, size_t n)
{
    struct leaf_store *s = arg;
    size_t here = s->n + n <= IN_MEMORY ? n : IN_MEMORY - s->n;
    if (here) {
        store_reserve(s, s->n + here);
        memcpy(s->items + s->n, leaves, here * sizeof *leaves);
        s->n += here;
    }
    if (here == n || s->is_bad)
        return;
    if (!s->spill)
        s->spill = tmpfile();
    if (!s->spill || fwrite(leaves + here, sizeof *leaves, n - here, s->spill) != n - here)
        s->is_bad = true;
    s->n_spilled += n - here;
}

/* Rows without their line number, by leaf; made on first use. */
struct writer {
    struct fm_cli *cli;
    const struct fm_logs *log;
    fm_str *tails;
    struct fm_map ids; /* text to its id: equal texts of different services are one row text */
    struct fm_buf out;
    char line[20]; /* number of the last row, its n_line digits at the end */
    size_t n_line;
};

static fm_str make_tail(struct writer *w, uint32_t leaf)
{
    struct fm_buf b;
    fm_buf_init(&b, ROW_MAX);
    fm_str text = fm_logs_leaf_text(w->log, leaf);
    struct fm_map_entry *e = fm_map_put(&w->ids, text);
    if (!e->value)
        e->value = (void *)(uintptr_t)w->ids.n;
    fm_buf_addf(&b, ",%zu,\"", (size_t)(uintptr_t)e->value);
    for (size_t i = 0; i < text.len; i++) {
        if (text.p[i] == '"')
            fm_buf_addc(&b, '"');
        fm_buf_addc(&b, text.p[i] == '\0' ? ' ' : text.p[i]);
    }
    fm_buf_addz(&b, "\"\n");
    fm_str tail = fm_str_dup(&w->cli->ctx.arena, fm_buf_str(&b));
    fm_buf_release(&b);
    return tail;
}

static void count_line(struct writer *w)
{
    size_t i = sizeof w->line - 1;
    for (; w->line[i] == '9'; i--)
        w->line[i] = '0';
    w->line[i]++;
    if (sizeof w->line - i > w->n_line)
        w->n_line = sizeof w->line - i;
}

static bool flush(struct writer *w)
{
    bool is_written = fm_cli_print(w->cli, fm_buf_str(&w->out));
    fm_buf_clear(&w->out);
    return is_written;
}

static bool write_rows(struct writer *w, const uint32_t *leaves, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        fm_str *tail = &w->tails[leaves[i]];
        if (!tail->p)
            *tail = make_tail(w, leaves[i]);
        if (w->out.len + tail->len + 24 > OUT_BYTES && !flush(w))
            return false;
        count_line(w);
        fm_buf_add(&w->out, w->line + sizeof w->line - w->n_line, w->n_line);
        fm_buf_adds(&w->out, *tail);
    }
    return true;
}

static bool write_spilled(struct writer *w, struct leaf_store *s)
{
    static uint32_t leaves[16384];
    size_t n;
    rewind(s->spill);
    while ((n = fread(leaves, sizeof *leaves, sizeof leaves / sizeof *leaves, s->spill)) > 0)
        if (!write_rows(w, leaves, n))
            return false;
    return true;
}

static enum fm_code write_csv(struct fm_cli *cli, const struct fm_logs *log, struct leaf_store *s)
{
    if (s->is_bad)
        return fm_fail(&cli->ctx, FM_EIO, "temporary file: %s", strerror(errno));
    struct writer w = {.cli = cli, .log = log};
    memset(w.line, '0', sizeof w.line);
    w.tails = FM_NEW_ARRAY(&cli->ctx.arena, fm_str, fm_logs_leaves(log));
    fm_map_init(&w.ids, &cli->ctx.arena);
    fm_buf_init(&w.out, OUT_BYTES + ROW_MAX);
    fm_buf_addz(&w.out, "line,template_id,template\n");
    bool is_written =
        write_rows(&w, s->items, s->n) && (!s->spill || write_spilled(&w, s)) && flush(&w);
    fm_buf_release(&w.out);
    return is_written ? FM_OK : cli->ctx.code;
}

enum fm_code fm_logs_csv(struct fm_cli *cli, fm_str text, const struct fm_logs_options *opt)
{
    struct leaf_store s = {0};
    struct fm_logs_options o = *opt;
    struct fm_logs *log;
    o.on_leaves = store_leaves;
    o.arg = &s;
    enum fm_code code = fm_logs_read(&cli->ctx, text, &o, &log);
    if (code == FM_OK)
        code = write_csv(cli, log, &s);
    free(s.items);
    if (s.spill)
        fclose(s.spill);
    return code;
}
