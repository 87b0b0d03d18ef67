/* SPDX-License-Identifier: Apache-2.0 */
/* Request heads, heads of answers, query strings and chunked bodies; content must not depend on how
 * the input is cut.
 */
#include <stdlib.h>

#include "client_internal.h"
#include "faultmaven/base/buf.h"
#include "faultmaven/net/http.h"

static void decode(fm_str text, size_t step, struct fm_buf *out)
{
    struct fm_http_chunked c = {0};
    enum fm_http_chunk_step s = FM_HTTP_CHUNK_MORE;
    fm_str data;
    for (fm_str rest = text; rest.len && s != FM_HTTP_CHUNK_ERROR && s != FM_HTTP_CHUNK_END;
         rest = fm_str_skip(rest, step)) {
        fm_str piece = fm_str_sub(rest, 0, step);
        while ((s = fm_http_chunked_step(&c, &piece, &data)) == FM_HTTP_CHUNK_DATA)
            fm_buf_adds(out, data);
    }
    fm_buf_addf(out, "%d", (int)s);
}

static void read_reply(fm_str text)
{
    struct fm_reply_head head;
    size_t n = fm_reply_head_length(text);
    if (n > text.len)
        abort();
    bool is_http = fm_reply_head_parse(fm_str_sub(text, 0, n), false, &head);
    if (is_http && (head.status < 100 || head.status > 999))
        abort();
    for (size_t i = 0; i < head.n; i++)
        if (head.items[i].name.len == 0 || head.items[i].value.p > text.p + n)
            abort();
    free(head.items);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct fm_http_head head;
    struct fm_arena a;
    struct fm_buf whole, pieces;
    fm_str text = fm_str_n((const char *)data, size), value;
    fm_arena_init(&a);
    fm_buf_init(&whole, 1 << 22);
    fm_buf_init(&pieces, 1 << 22);
    if (fm_http_head_parse(text, &head) == 0)
        for (size_t i = 0; i < head.headers.n; i++)
            if (head.items[i].name.len == 0)
                abort();
    read_reply(text);
    if (fm_http_query_get(&a, text, "a", &value) && value.len > size)
        abort();
    decode(text, size ? size : 1, &whole);
    decode(text, 1, &pieces);
    if (!fm_str_eq(fm_buf_str(&whole), fm_buf_str(&pieces)))
        abort();
    fm_buf_release(&whole);
    fm_buf_release(&pieces);
    fm_arena_release(&a);
    return 0;
}
