/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/net/sse.h"

#define STRAY_MAX 4096
#define NAME_MAX_BYTES 1024

void fm_sse_init(struct fm_sse *s, size_t max, void (*fn)(void *arg, const struct fm_sse_event *e),
                 void *arg)
{
    memset(s, 0, sizeof *s);
    fm_buf_init(&s->line, max);
    fm_buf_init(&s->data, max);
    fm_buf_init(&s->type, NAME_MAX_BYTES);
    fm_buf_init(&s->id, NAME_MAX_BYTES);
    fm_buf_init(&s->stray_line, STRAY_MAX);
    s->fn = fn;
    s->arg = arg;
}

void fm_sse_release(struct fm_sse *s)
{
    fm_buf_release(&s->line);
    fm_buf_release(&s->data);
    fm_buf_release(&s->type);
    fm_buf_release(&s->id);
    fm_buf_release(&s->stray_line);
}

static void dispatch(struct fm_sse *s)
{
    if (s->has_data) {
        struct fm_sse_event e = {fm_buf_str(&s->type), fm_buf_str(&s->data), fm_buf_str(&s->id)};
        s->fn(s->arg, &e);
    }
    fm_buf_clear(&s->data);
    fm_buf_clear(&s->type);
    s->has_data = false;
}

static void set(struct fm_buf *b, fm_str v)
{
    fm_buf_clear(b);
    fm_buf_adds(b, v);
}

static void add_data(struct fm_sse *s, fm_str value)
{
    if (s->has_data)
        fm_buf_addc(&s->data, '\n');
    fm_buf_adds(&s->data, value);
    s->has_data = true;
}

static void keep_stray(struct fm_sse *s, fm_str line)
{
    s->stray++;
    set(&s->stray_line, fm_str_sub(line, 0, STRAY_MAX));
}

static void field(struct fm_sse *s, fm_str line)
{
    fm_str value = line;
    fm_str name = fm_str_cut(&value, ':');
    if (value.len && value.p[0] == ' ')
        value = fm_str_skip(value, 1);
    if (fm_str_eqc(name, "data"))
        add_data(s, value);
    else if (fm_str_eqc(name, "event"))
        set(&s->type, value);
    else if (fm_str_eqc(name, "id") && fm_str_chr(value, '\0', 0) < 0)
        set(&s->id, value);
    else if (!fm_str_eqc(name, "id") && !fm_str_eqc(name, "retry"))
        keep_stray(s, line);
}

static void end_line(struct fm_sse *s)
{
    fm_str line = fm_buf_str(&s->line);
    if (line.len == 0)
        dispatch(s);
    else if (line.p[0] == ':')
        s->comments++;
    else
        field(s, line);
    fm_buf_clear(&s->line);
}

/* The mark may come in pieces, so it is looked for when the first line is three bytes long. */
static void drop_byte_order_mark(struct fm_sse *s)
{
    fm_str line = fm_buf_str(&s->line);
    if (s->is_started || line.len < 3)
        return;
    s->is_started = true;
    if (memcmp(line.p, "\xEF\xBB\xBF", 3) != 0)
        return;
    memmove(s->line.p, s->line.p + 3, s->line.len - 3 + 1);
    s->line.len -= 3;
}

static size_t line_part(fm_str bytes)
{
    size_t n = 0;
    while (n < bytes.len && bytes.p[n] != '\n' && bytes.p[n] != '\r')
        n++;
    return n;
}

bool fm_sse_feed(struct fm_sse *s, fm_str bytes)
{
    while (bytes.len && !s->line.overflow && !s->data.overflow) {
        if (s->is_after_cr && bytes.p[0] == '\n')
            bytes = fm_str_skip(bytes, 1);
        s->is_after_cr = false;
        size_t n = line_part(bytes);
        fm_buf_add(&s->line, bytes.p, n);
        drop_byte_order_mark(s);
        bytes = fm_str_skip(bytes, n);
        if (bytes.len == 0)
            break;
        s->is_started = true;
        s->is_after_cr = bytes.p[0] == '\r';
        bytes = fm_str_skip(bytes, 1);
        if (!s->line.overflow)
            end_line(s);
    }
    return !s->line.overflow && !s->data.overflow;
}

bool fm_sse_finish(struct fm_sse *s)
{
    if (s->line.overflow || s->data.overflow)
        return false;
    if (s->line.len)
        end_line(s);
    if (!s->data.overflow)
        dispatch(s);
    return !s->data.overflow;
}

static void write_lines(struct fm_buf *out, fm_str data)
{
    for (;;) {
        ptrdiff_t at = fm_str_chr(data, '\n', 0);
        fm_buf_addz(out, "data: ");
        fm_buf_adds(out, at < 0 ? data : fm_str_sub(data, 0, (size_t)at));
        fm_buf_addc(out, '\n');
        if (at < 0)
            return;
        data = fm_str_skip(data, (size_t)at + 1);
    }
}

void fm_sse_write(struct fm_buf *out, fm_str type, fm_str data)
{
    if (type.len) {
        fm_buf_addz(out, "event: ");
        fm_buf_adds(out, type);
        fm_buf_addc(out, '\n');
    }
    write_lines(out, data);
    fm_buf_addc(out, '\n');
}

void fm_lines_init(struct fm_lines *l, size_t max, void (*fn)(void *arg, fm_str line), void *arg)
{
    fm_buf_init(&l->line, max);
    l->fn = fn;
    l->arg = arg;
}

void fm_lines_release(struct fm_lines *l)
{
    fm_buf_release(&l->line);
}

static void hand_over(struct fm_lines *l)
{
    fm_str line = fm_buf_str(&l->line);
    if (line.len && line.p[line.len - 1] == '\r')
        line.len--;
    if (fm_str_trim(line).len)
        l->fn(l->arg, line);
    fm_buf_clear(&l->line);
}

bool fm_lines_feed(struct fm_lines *l, fm_str bytes)
{
    while (bytes.len && !l->line.overflow) {
        ptrdiff_t at = fm_str_chr(bytes, '\n', 0);
        size_t n = at < 0 ? bytes.len : (size_t)at;
        fm_buf_add(&l->line, bytes.p, n);
        bytes = fm_str_skip(bytes, at < 0 ? n : n + 1);
        if (at >= 0 && !l->line.overflow)
            hand_over(l);
    }
    return !l->line.overflow;
}

bool fm_lines_finish(struct fm_lines *l)
{
    if (!l->line.overflow)
        hand_over(l);
    return !l->line.overflow;
}
