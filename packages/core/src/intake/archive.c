/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Archives and compressed files by libarchive, from memory to memory. Only its built-in filters are
 * enabled, so that no helper program is ever started.
 */
#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>

#include "intake/intake_impl.h"

#define CHUNK ((size_t)64 << 10)
#define RETRIES_MAX 100

struct member {
    fm_str path; /* label */
    struct fm_buf content;
    const char *problem; /* NULL, or why it was cut or skipped; in the context's arena */
    bool is_skipped;
    fm_time modified;
};

struct reader {
    struct walk *w;
    struct archive *a;
    fm_str label;  /* of the archive itself */
    fm_str prefix; /* before the members' names; "" or ends with "/" */
    unsigned depth;
    FM_VEC(struct member) members;
};

bool archive_is(fm_str s)
{
    static const fm_str magics[] = {
        {"\x1F\x8B\x08", 3},
        {"\x28\xB5\x2F\xFD", 4},
        {"\xFD"
         "7zXZ\0",
         6},
        {"\x04\x22\x4D\x18", 4},
        {"PK\x03\x04", 4},
        {"PK\x05\x06", 4},
    };
    for (size_t i = 0; i < sizeof magics / sizeof *magics; i++)
        if (fm_str_starts(s, magics[i]))
            return true;
    if (fm_str_starts(s, FM_STR("BZh")) && fm_str_eqc(fm_str_sub(s, 4, 6), "1AY&SY"))
        return true;
    return fm_str_eqc(fm_str_sub(s, 257, 5), "ustar");
}

static struct archive *open_reader(fm_str bytes)
{
    struct archive *a = archive_read_new();
    if (!a)
        FM_BUG("out of memory");
    bool is_ready = archive_read_support_filter_gzip(a) == ARCHIVE_OK &&
                    archive_read_support_filter_bzip2(a) == ARCHIVE_OK &&
                    archive_read_support_filter_xz(a) == ARCHIVE_OK &&
                    archive_read_support_filter_zstd(a) == ARCHIVE_OK &&
                    archive_read_support_filter_lz4(a) == ARCHIVE_OK &&
                    archive_read_support_format_tar(a) == ARCHIVE_OK &&
                    archive_read_support_format_zip(a) == ARCHIVE_OK &&
                    archive_read_support_format_raw(a) == ARCHIVE_OK &&
                    archive_read_open_memory(a, bytes.p, bytes.len) == ARCHIVE_OK;
    if (is_ready)
        return a;
    archive_read_free(a);
    return NULL;
}

static bool is_plain_part(fm_str part)
{
    return part.len && !fm_str_eqc(part, ".") && !fm_str_eqc(part, "..");
}

/* The member's name as a label below prefix. */
static fm_str label_of(struct reader *r, fm_str name)
{
    struct fm_arena *a = &r->w->in->ctx->arena;
    char *p = fm_arena_alloc(a, r->prefix.len + name.len + 32);
    size_t n = r->prefix.len;
    if (n)
        memcpy(p, r->prefix.p, n);
    while (name.len) {
        fm_str part = fm_str_cut(&name, '/');
        if (!is_plain_part(part))
            continue;
        if (n > r->prefix.len)
            p[n++] = '/';
        for (size_t i = 0; i < part.len; i++)
            p[n++] = (unsigned char)part.p[i] < 32 || part.p[i] == 127 ? '?' : part.p[i];
    }
    if (n == r->prefix.len)
        return fm_str_fmt(a, "%.*smember-%zu", FM_STR_ARG(r->prefix), r->members.n + 1);
    return fm_str_n(p, n);
}

static uint64_t room_for_member(const struct reader *r)
{
    const struct fm_intake *t = r->w->t;
    uint64_t left = t->limits.expanded_bytes - t->expanded_bytes;
    return left < t->limits.member_bytes ? left : t->limits.member_bytes;
}

/* Reads the data of the current entry; what was read before an error is kept. */
static void read_data(struct reader *r, struct member *m)
{
    char chunk[CHUNK];
    unsigned retries = 0;
    fm_buf_init(&m->content, (size_t)room_for_member(r));
    while (r->w->code == FM_OK) {
        la_ssize_t n = archive_read_data(r->a, chunk, sizeof chunk);
        if (n == 0 || (n == ARCHIVE_RETRY && ++retries > RETRIES_MAX))
            return;
        if (n < 0 && n != ARCHIVE_RETRY) {
            const char *why = archive_error_string(r->a);
            m->problem = fm_str_fmt(&r->w->in->ctx->arena, "cut short, the archive is damaged: %s",
                                    why ? why : "unknown error")
                             .p;
            return;
        }
        size_t room = m->content.max - m->content.len, got = n > 0 ? (size_t)n : 0;
        fm_buf_add(&m->content, chunk, got < room ? got : room);
        if (got > room) {
            m->problem =
                fm_str_fmt(&r->w->in->ctx->arena, "only the first %zu decompressed bytes are used",
                           m->content.len)
                    .p;
            return;
        }
        r->w->code = fm_ctx_check(r->w->in->ctx);
    }
}

static const char *skip_reason(struct archive_entry *e)
{
    if (archive_entry_is_data_encrypted(e) || archive_entry_is_metadata_encrypted(e))
        return "encrypted; not read";
    if (archive_entry_hardlink(e))
        return "a link to another member; not read twice";
    if (archive_entry_filetype(e) == AE_IFLNK)
        return "a link; not followed";
    if (archive_entry_filetype(e) != AE_IFREG)
        return "not a regular file";
    return NULL;
}

static fm_str entry_name(struct archive_entry *e)
{
    const char *name = archive_entry_pathname_utf8(e);
    return fm_str_c(name ? name : archive_entry_pathname(e));
}

static void read_entry(struct reader *r, struct archive_entry *e)
{
    bool is_raw = archive_format(r->a) == ARCHIVE_FORMAT_RAW;
    if (!is_raw && archive_entry_filetype(e) == AE_IFDIR)
        return;
    struct member m = {.path = is_raw ? r->label : label_of(r, entry_name(e))};
    m.problem = is_raw ? NULL : skip_reason(e);
    m.modified = archive_entry_mtime_is_set(e) && archive_entry_mtime(e) > 0
                     ? (fm_time)archive_entry_mtime(e) * FM_SEC
                     : FM_TIME_NONE;
    m.is_skipped = m.problem != NULL;
    if (!m.is_skipped)
        read_data(r, &m);
    r->w->t->expanded_bytes += m.content.len;
    fm_vec_push(&r->w->in->ctx->arena, &r->members, m);
}

/* True while more may follow; otherwise *damage says why the archive ended early, or is NULL. */
static bool next_entry(struct reader *r, struct archive_entry **e, const char **damage)
{
    const struct fm_intake_limits *limits = &r->w->t->limits;
    int code, retries = 0;
    do
        code = archive_read_next_header(r->a, e);
    while (code == ARCHIVE_RETRY && ++retries < RETRIES_MAX);
    if (code == ARCHIVE_EOF)
        return false;
    if (code != ARCHIVE_OK && code != ARCHIVE_WARN) {
        *damage = archive_error_string(r->a);
        *damage = *damage ? *damage : "unknown error";
        return false;
    }
    if (r->members.n >= limits->members) {
        *damage = "it has more members than the limit";
        return false;
    }
    if (room_for_member(r) == 0) {
        *damage = "the memory limit for decompressed data is used up";
        return false;
    }
    return true;
}

static int by_path(const void *a, const void *b)
{
    return fm_str_cmp(((const struct member *)a)->path, ((const struct member *)b)->path);
}

static void take_member(struct reader *r, struct member *m)
{
    struct walk *w = r->w;
    if (m->is_skipped || !intake_has_room(w, m->path)) {
        if (m->is_skipped && intake_has_room(w, m->path))
            intake_unusable(w, m->path, "%s", m->problem);
        fm_buf_release(&m->content);
        return;
    }
    if (archive_is(fm_buf_str(&m->content))) {
        if (r->depth + 1 < w->t->limits.nesting)
            archive_take(w, m->path, fm_buf_str(&m->content), r->depth + 1);
        else
            intake_unusable(w, m->path, "archives are nested deeper than %u", w->t->limits.nesting);
        w->t->expanded_bytes -= m->content.len;
        fm_buf_release(&m->content);
        return;
    }
    struct pending *p = intake_take_memory(w, m->path, &m->content);
    p->e->modified = m->modified;
    if (m->problem)
        fm_incident_problem(w->in, p->e, 0, "%s", m->problem);
}

static void take_members(struct reader *r, const char *damage)
{
    if (r->members.n > 1)
        qsort(r->members.items, r->members.n, sizeof *r->members.items, by_path);
    fm_vec_each (&r->members, m)
        take_member(r, m);
    if (damage)
        intake_unusable(r->w, r->label, "%zu members were read; the archive ended early: %s",
                        r->members.n, damage);
    else if (r->members.n == 0)
        intake_unusable(r->w, r->label, "an archive without members");
}

void archive_take(struct walk *w, fm_str path, fm_str bytes, unsigned depth)
{
    struct reader r = {.w = w, .label = path, .depth = depth};
    struct archive_entry *e;
    const char *damage = NULL;
    /* An archive that is the argument itself counts as the folder in which its members lie. */
    if (w->real_root || depth > 0)
        r.prefix = fm_str_fmt(&w->in->ctx->arena, "%.*s/", FM_STR_ARG(path));
    r.a = open_reader(bytes);
    if (!r.a) {
        intake_unusable(w, path, "the archive cannot be opened");
        return;
    }
    while (w->code == FM_OK && next_entry(&r, &e, &damage))
        read_entry(&r, e);
    if (damage)
        damage = fm_str_dup(&w->in->ctx->arena, fm_str_c(damage)).p;
    archive_read_free(r.a);
    take_members(&r, damage);
}
