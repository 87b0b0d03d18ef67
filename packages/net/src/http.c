/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/net/http.h"

fm_str fm_http_header(const struct fm_http_headers *h, const char *name)
{
    fm_str want = fm_str_c(name);
    for (size_t i = 0; i < h->n; i++)
        if (fm_str_ieq(h->items[i].name, want))
            return h->items[i].value;
    return FM_STR_NULL;
}

static bool list_has(fm_str list, fm_str token)
{
    while (list.len) {
        fm_str item = fm_str_trim(fm_str_cut(&list, ','));
        if (fm_str_ieq(item, token))
            return true;
    }
    return false;
}

bool fm_http_header_has(const struct fm_http_headers *h, const char *name, const char *token)
{
    fm_str want = fm_str_c(name);
    for (size_t i = 0; i < h->n; i++)
        if (fm_str_ieq(h->items[i].name, want) && list_has(h->items[i].value, fm_str_c(token)))
            return true;
    return false;
}

/* RFC 9110 5.6.2 */
static bool is_token(fm_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool is_alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!is_alnum && (c == 0 || !strchr("!#$%&'*+-.^_`|~", c)))
            return false;
    }
    return s.len > 0;
}

static bool has_control(fm_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if ((c < 0x20 && c != '\t') || c == 0x7F)
            return true;
    }
    return false;
}

/* Next line, which must end with CRLF and hold no other CR or LF. */
static bool next_line(fm_str *rest, fm_str *line)
{
    ptrdiff_t at = fm_str_chr(*rest, '\n', 0);
    if (at < 1 || rest->p[at - 1] != '\r')
        return false;
    *line = fm_str_n(rest->p, (size_t)at - 1);
    *rest = fm_str_skip(*rest, (size_t)at + 1);
    return !has_control(*line);
}

static int parse_version(fm_str v, int *minor)
{
    if (fm_str_eqc(v, "HTTP/1.1"))
        *minor = 1;
    else if (fm_str_eqc(v, "HTTP/1.0"))
        *minor = 0;
    else
        return fm_str_starts(v, FM_STR("HTTP/")) ? 505 : 400;
    return 0;
}

/* origin-form, absolute-form (the authority is dropped) or "*". */
static bool split_target(struct fm_http_head *h)
{
    fm_str t = h->target;
    size_t skip = fm_str_istarts(t, FM_STR("http://"))    ? 7
                  : fm_str_istarts(t, FM_STR("https://")) ? 8
                                                          : 0;
    if (skip) {
        ptrdiff_t slash = fm_str_chr(t, '/', skip);
        t = slash < 0 ? FM_STR("/") : fm_str_skip(t, (size_t)slash);
    }
    h->path = fm_str_cut(&t, '?');
    h->query = t;
    return (h->path.len && h->path.p[0] == '/') || fm_str_eqc(h->path, "*");
}

static int parse_request_line(fm_str line, struct fm_http_head *h)
{
    h->method = fm_str_cut(&line, ' ');
    h->target = fm_str_cut(&line, ' ');
    if (!is_token(h->method) || h->target.len == 0 || fm_str_chr(h->target, '\t', 0) >= 0)
        return 400;
    int refused = parse_version(line, &h->minor);
    if (refused)
        return refused;
    return split_target(h) ? 0 : 400;
}

static int parse_header_line(fm_str line, struct fm_http_head *h, size_t *n)
{
    ptrdiff_t colon = fm_str_chr(line, ':', 0);
    if (colon < 1)
        return 400;
    fm_str name = fm_str_n(line.p, (size_t)colon);
    if (!is_token(name))
        return 400;
    if (*n == FM_HTTP_HEADERS_MAX)
        return 431;
    h->items[(*n)++] =
        (struct fm_http_header){name, fm_str_trim(fm_str_skip(line, (size_t)colon + 1))};
    return 0;
}

static size_t count_headers(const struct fm_http_headers *h, const char *name)
{
    size_t n = 0;
    for (size_t i = 0; i < h->n; i++)
        n += fm_str_ieq(h->items[i].name, fm_str_c(name));
    return n;
}

static bool is_digits(fm_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.len > 0;
}

/* RFC 9112 6.3; two opinions about the length of a body are refused. */
static int find_body(struct fm_http_head *h)
{
    size_t lengths = count_headers(&h->headers, "content-length");
    size_t codings = count_headers(&h->headers, "transfer-encoding");
    h->body = FM_HTTP_BODY_NONE;
    if (codings) {
        if (lengths || codings > 1 || h->minor == 0)
            return 400;
        if (!fm_str_ieq(fm_http_header(&h->headers, "transfer-encoding"), FM_STR("chunked")))
            return 501;
        h->body = FM_HTTP_BODY_CHUNKED;
    } else if (lengths) {
        fm_str text = fm_http_header(&h->headers, "content-length");
        if (lengths > 1 || !is_digits(text) || !fm_str_u64(text, &h->content_length))
            return 400;
        h->body = h->content_length ? FM_HTTP_BODY_LENGTH : FM_HTTP_BODY_NONE;
    }
    return 0;
}

static int check_head(struct fm_http_head *h)
{
    size_t hosts = count_headers(&h->headers, "host");
    if (hosts > 1 || (hosts == 0 && h->minor == 1))
        return 400;
    h->is_keep_alive = h->minor == 1 ? !fm_http_header_has(&h->headers, "connection", "close")
                                     : fm_http_header_has(&h->headers, "connection", "keep-alive");
    h->expects_continue =
        h->minor == 1 && fm_str_ieq(fm_http_header(&h->headers, "expect"), FM_STR("100-continue"));
    return find_body(h);
}

int fm_http_head_parse(fm_str text, struct fm_http_head *h)
{
    fm_str line;
    size_t n = 0;
    memset(h, 0, sizeof *h);
    h->headers.items = h->items;
    if (!next_line(&text, &line))
        return 400;
    int refused = parse_request_line(line, h);
    while (!refused && next_line(&text, &line)) {
        if (line.len == 0) {
            h->headers.n = n;
            return text.len == 0 ? check_head(h) : 400;
        }
        refused = parse_header_line(line, h, &n);
    }
    return refused ? refused : 400;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool fm_http_percent_decode(struct fm_arena *a, fm_str s, fm_str *out)
{
    char *p = fm_arena_alloc(a, s.len + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.p[i] != '%') {
            p[n++] = s.p[i];
            continue;
        }
        bool has_both = s.len - i > 2;
        int hi = has_both ? hex_digit(s.p[i + 1]) : -1;
        int lo = has_both ? hex_digit(s.p[i + 2]) : -1;
        if (hi < 0 || lo < 0 || (hi == 0 && lo == 0))
            return false;
        p[n++] = (char)(hi * 16 + lo);
        i += 2;
    }
    p[n] = '\0';
    *out = fm_str_n(p, n);
    return true;
}

bool fm_http_query_get(struct fm_arena *a, fm_str query, const char *name, fm_str *out)
{
    while (query.len) {
        fm_str pair = fm_str_cut(&query, '&');
        fm_str key = fm_str_cut(&pair, '=');
        if (fm_str_eqc(key, name))
            return fm_http_percent_decode(a, pair, out);
    }
    return false;
}

static const struct {
    int status;
    const char *reason;
} reasons[] = {
    {100, "Continue"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {422, "Unprocessable Content"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {499, "Client Closed Request"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
    {507, "Insufficient Storage"},
};

const char *fm_http_reason(int status)
{
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
        if (reasons[i].status == status)
            return reasons[i].reason;
    return "Status";
}
