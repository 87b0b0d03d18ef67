/* SPDX-License-Identifier: Apache-2.0 */
/* Heads of answers (RFC 9112 4 and 6.3). Lines may end in a bare LF; lines that are no header are
 * skipped, since answers are judged by content. */
#include "client_internal.h"

#include <stdlib.h>

size_t fm_reply_head_length(fm_str text)
{
    for (ptrdiff_t at = -1; (at = fm_str_chr(text, '\n', (size_t)(at + 1))) >= 0;) {
        size_t next = (size_t)at + 1;
        if (next < text.len && text.p[next] == '\n')
            return next + 1;
        if (next + 1 < text.len && text.p[next] == '\r' && text.p[next + 1] == '\n')
            return next + 2;
    }
    return 0;
}

/* "HTTP/1.1 200 OK"; -1: another protocol. */
static int read_status(fm_str line, int *minor)
{
    uint64_t status;
    if (!fm_str_starts(line, FM_STR("HTTP/1.")) || line.len < 12)
        return -1;
    *minor = line.p[7] - '0';
    if (line.p[8] != ' ' || !fm_str_u64(fm_str_sub(line, 9, 3), &status) || status < 100)
        return -1;
    return (int)status;
}

static void read_headers(fm_str rest, struct fm_reply_head *out)
{
    fm_str line;
    size_t lines = 0;
    for (size_t i = 0; i < rest.len; i++)
        lines += rest.p[i] == '\n';
    lines = lines < FM_HTTP_HEADERS_MAX ? lines : FM_HTTP_HEADERS_MAX;
    out->items = calloc(lines ? lines : 1, sizeof *out->items);
    if (!out->items)
        FM_BUG("out of memory");
    while (out->n < lines && fm_str_line(&rest, &line)) {
        fm_str value = line;
        fm_str name = fm_str_cut(&value, ':');
        if (name.len && name.len < line.len)
            out->items[out->n++] = (struct fm_http_header){name, fm_str_trim(value)};
    }
}

/* Two different lengths are no length. */
static bool read_length(const struct fm_http_headers *h, uint64_t *out, bool *has)
{
    *has = false;
    for (size_t i = 0; i < h->n; i++) {
        uint64_t v;
        if (!fm_str_ieq(h->items[i].name, FM_STR("content-length")))
            continue;
        if (!fm_str_u64(h->items[i].value, &v) || (*has && v != *out))
            return false;
        *out = v;
        *has = true;
    }
    return true;
}

bool fm_reply_head_parse(fm_str text, bool is_bodiless, struct fm_reply_head *out)
{
    fm_str line;
    int minor = 0;
    bool has_length;
    memset(out, 0, sizeof *out);
    if (!fm_str_line(&text, &line) || (out->status = read_status(line, &minor)) < 0)
        return false;
    read_headers(text, out);
    struct fm_http_headers h = {out->items, out->n};
    if (!read_length(&h, &out->length, &has_length))
        return false;
    if (is_bodiless || out->status < 200 || out->status == 204 || out->status == 304)
        out->framing = FM_REPLY_NONE;
    else if (fm_http_header_has(&h, "transfer-encoding", "chunked"))
        out->framing = FM_REPLY_CHUNKED;
    else
        out->framing = has_length ? FM_REPLY_LENGTH : FM_REPLY_EOF;
    out->keeps_alive = out->framing != FM_REPLY_EOF &&
                       (minor ? !fm_http_header_has(&h, "connection", "close")
                              : fm_http_header_has(&h, "connection", "keep-alive"));
    return true;
}
