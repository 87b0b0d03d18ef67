/* SPDX-License-Identifier: Apache-2.0 */
#include "processing/logs/block.h"

#include "processing/logs/chars.h"

#define LEARN_LINES 60
#define NAME_MAX_BYTES 64

fm_str fm_logs_block_name(enum fm_logs_block_kind k)
{
    static const char *const names[] = {"plain", "journal-export", "windows-event", "json-pretty"};
    return fm_str_c(names[k]);
}

/* --- what a block holds --- */

struct fields {
    struct fm_logs_parts parts;
    const char *message_at;
};

static void add(struct fields *f, enum fm_logs_role role, fm_str key, fm_str value)
{
    if (role == FM_LOGS_ROLE_MESSAGE && !f->message_at && value.len)
        f->message_at = value.p;
    fm_logs_parts_add(&f->parts, role, key, value);
}

static bool is_journal_name(fm_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!(fm_ch(s.p[i]) & (FM_CH_UPPER | FM_CH_DIGIT)) && s.p[i] != '_')
            return false;
    return s.len > 0 && s.len <= NAME_MAX_BYTES;
}

/* Behind a name alone on its line: 64 bits, little endian, then so many bytes and a line end. */
static bool take_binary(fm_str *rest, fm_str *value)
{
    uint64_t n = 0;
    if (rest->len < 9)
        return false;
    for (unsigned i = 0; i < 8; i++)
        n |= (uint64_t)(unsigned char)rest->p[i] << (8 * i);
    if (n > rest->len - 9 || rest->p[8 + n] != '\n')
        return false;
    *value = fm_str_sub(*rest, 8, (size_t)n);
    *rest = fm_str_skip(*rest, (size_t)n + 9);
    return true;
}

/* Takes one field off *rest; false at the end of the block. */
static bool take_journal_field(fm_str *rest, fm_str *name, fm_str *value)
{
    fm_str line;
    if (!fm_str_line(rest, &line) || line.len == 0)
        return false;
    *value = line;
    *name = fm_str_cut(value, '=');
    if (!is_journal_name(*name))
        return false;
    return name->len < line.len || take_binary(rest, value);
}

static void read_journal(struct fields *f, fm_str block)
{
    fm_str name, value;
    while (take_journal_field(&block, &name, &value)) {
        bool is_address =
            fm_str_starts(name, FM_STR("__")) && !fm_str_eqc(name, "__REALTIME_TIMESTAMP");
        if (!is_address)
            add(f, fm_logs_role_of(name), name, value);
    }
}

/* Keys of Event Viewer, wevtutil and the event cmdlets of PowerShell. */
static enum fm_logs_role list_role(fm_str key)
{
    static const struct {
        const char *key;
        enum fm_logs_role role;
    } roles[] = {{"Date", FM_LOGS_ROLE_TIME},
                 {"TimeCreated", FM_LOGS_ROLE_TIME},
                 {"TimeGenerated", FM_LOGS_ROLE_TIME},
                 {"Level", FM_LOGS_ROLE_LEVEL},
                 {"LevelDisplayName", FM_LOGS_ROLE_LEVEL},
                 {"EntryType", FM_LOGS_ROLE_LEVEL},
                 {"Source", FM_LOGS_ROLE_COMPONENT},
                 {"ProviderName", FM_LOGS_ROLE_COMPONENT},
                 {"Description", FM_LOGS_ROLE_MESSAGE},
                 {"Message", FM_LOGS_ROLE_MESSAGE}};
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        if (fm_str_ieq(key, fm_str_c(roles[i].key)))
            return roles[i].role;
    return FM_LOGS_ROLE_FIELD;
}

/* "Event ID:      7031", "Id           : 7031": a key without other marks, then a colon. */
static bool cut_pair(fm_str line, fm_str *key, fm_str *value)
{
    *value = line;
    *key = fm_str_trim(fm_str_cut(value, ':'));
    *value = fm_str_trim(*value);
    if (key->len == 0 || key->len > 32 || key->len == fm_str_trim(line).len)
        return false;
    for (size_t i = 0; i < key->len; i++)
        if (!fm_ch_is_word(key->p[i]) && key->p[i] != ' ')
            return false;
    return true;
}

static fm_str next_text(fm_str rest)
{
    fm_str line = FM_STR_NULL;
    while (fm_str_line(&rest, &line) && fm_str_trim(line).len == 0)
        ;
    return fm_str_trim(line);
}

/* Pairs up to the message; what follows it is its text, which may look like pairs. */
static void read_list(struct fields *f, fm_str block)
{
    fm_str line, key, value;
    while (fm_str_line(&block, &line)) {
        if (!cut_pair(line, &key, &value))
            continue;
        enum fm_logs_role role = list_role(key);
        if (role == FM_LOGS_ROLE_MESSAGE && value.len == 0)
            value = next_text(block);
        add(f, role, key, value);
        if (role == FM_LOGS_ROLE_MESSAGE)
            return;
    }
}

/* Of the member that a line of JSON begins with. */
static enum fm_logs_role json_role(fm_str line)
{
    fm_str name = fm_str_trim(line);
    if (name.len < 3 || name.p[0] != '"')
        return FM_LOGS_ROLE_FIELD;
    name = fm_str_skip(name, 1);
    return fm_logs_role_of(fm_str_cut(&name, '"'));
}

static const char *find_json_message(fm_str block)
{
    fm_str line;
    while (fm_str_line(&block, &line))
        if (json_role(line) == FM_LOGS_ROLE_MESSAGE)
            return fm_str_trim(line).p;
    return NULL;
}

static bool read_block(const struct fm_logs_block *b, struct fm_logs_structured_state *s,
                       fm_str block, struct fm_logs_record *out, const char **message_at)
{
    struct fields f = {.parts = {.s = s, .out = out}};
    if (b->kind == FM_LOGS_BLOCK_JSON) {
        *message_at = find_json_message(block);
        return *message_at && fm_logs_json_line(s, fm_str_trim(block), out);
    }
    if (b->kind == FM_LOGS_BLOCK_JOURNAL)
        read_journal(&f, block);
    else
        read_list(&f, block);
    *message_at = f.message_at;
    fm_logs_parts_finish(&f.parts);
    return f.message_at != NULL;
}

/* --- where blocks begin and end --- */

static bool is_head(const struct fm_logs_block *b, fm_str line)
{
    return b->kind == FM_LOGS_BLOCK_JSON
               ? fm_str_eq(fm_str_trim(line), b->head) && line.len && line.p[0] == b->head.p[0]
               : fm_str_starts(line, b->head);
}

static fm_str journal_block(fm_str rest)
{
    const char *from = rest.p;
    fm_str name, value;
    while (take_journal_field(&rest, &name, &value))
        ;
    return fm_str_n(from, (size_t)(rest.p - from));
}

/* Up to the line in front of the next head; of JSON up to the bracket that closes it. */
static fm_str list_block(const struct fm_logs_block *b, fm_str rest)
{
    const char *from = rest.p;
    fm_str line, look = rest;
    (void)fm_str_line(&look, &line);
    rest = look;
    while (fm_str_line(&look, &line) && !is_head(b, line)) {
        rest = look;
        if (b->kind == FM_LOGS_BLOCK_JSON && line.len && line.p[0] == '}')
            break;
    }
    return fm_str_n(from, (size_t)(rest.p - from));
}

static fm_str block_at(const struct fm_logs_block *b, const char *p)
{
    fm_str rest = fm_str_sub(b->text, (size_t)(p - b->text.p), FM_LOGS_BLOCK_MAX);
    return b->kind == FM_LOGS_BLOCK_JOURNAL ? journal_block(rest) : list_block(b, rest);
}

/* The head of the block that a part of the input begins in. */
static const char *head_before(const struct fm_logs_block *b, const char *p)
{
    const char *floor = b->text.p;
    if ((size_t)(p - floor) > FM_LOGS_BLOCK_MAX)
        floor = p - FM_LOGS_BLOCK_MAX;
    while (p > floor) {
        const char *from = p - 1;
        while (from > floor && from[-1] != '\n')
            from--;
        if (is_head(b, fm_str_n(from, (size_t)(p - 1 - from))))
            return from;
        p = from;
    }
    return NULL;
}

static void enter(const struct fm_logs_block *b, struct fm_logs_block_state *bs,
                  struct fm_logs_structured_state *s, const char *head,
                  struct fm_logs_record *scratch)
{
    struct fm_logs_mark mark = fm_logs_record_mark(scratch);
    bs->block = block_at(b, head);
    bs->message_at = NULL;
    if (!read_block(b, s, bs->block, scratch, &bs->message_at))
        bs->message_at = NULL;
    fm_logs_record_reset(scratch, &mark);
}

bool fm_logs_block_line(const struct fm_logs_block *b, struct fm_logs_block_state *bs,
                        struct fm_logs_structured_state *s, fm_str line, struct fm_logs_record *out)
{
    bool is_first = !bs->block.p;
    bool is_inside = !is_first && line.p < bs->block.p + bs->block.len;
    const char *head = is_head(b, line) ? line.p : is_first ? head_before(b, line.p) : NULL;
    if (!is_inside && head)
        enter(b, bs, s, head, out);
    else if (is_first)
        bs->block = fm_str_n(line.p, 0);
    const char *at = bs->message_at;
    if (!at || at < line.p || at > line.p + line.len)
        return false;
    s->n_unescaped = 0;
    return read_block(b, s, bs->block, out, &at);
}

/* --- learning --- */

static bool is_list_key(fm_str key)
{
    static const char *const keys[] = {"TimeCreated", "TimeGenerated",    "Index",   "Id",
                                       "Log Name",    "ProviderName",     "LogName", "RecordId",
                                       "MachineName", "LevelDisplayName", "EventID", "Message"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (fm_str_eqc(key, keys[i]))
            return true;
    return false;
}

/* A list of events has a time and a message among its first pairs. */
static bool is_event_list(fm_str text)
{
    fm_str line, key, value;
    bool has_time = false, has_message = false;
    for (unsigned n = 0; n < LEARN_LINES && fm_str_line(&text, &line); n++) {
        if (!cut_pair(line, &key, &value))
            continue;
        has_time |= list_role(key) == FM_LOGS_ROLE_TIME;
        has_message |= list_role(key) == FM_LOGS_ROLE_MESSAGE;
    }
    return has_time && has_message;
}

/* The objects of a log have a message and a time, and there are several, or they are of the
 * journal: one object alone is a document. */
static bool is_record_list(fm_str text)
{
    bool has_message = false, has_time = false;
    fm_str line, head = fm_str_sub(text, 0, 65536);
    if (!fm_str_has(head, FM_STR("\n}\n{")) &&
        !fm_str_has(head, FM_STR("\"__REALTIME_TIMESTAMP\"")))
        return false;
    for (unsigned n = 0; n < LEARN_LINES && fm_str_line(&text, &line); n++) {
        has_message |= json_role(line) == FM_LOGS_ROLE_MESSAGE;
        has_time |= json_role(line) == FM_LOGS_ROLE_TIME;
    }
    return has_message && has_time;
}

static enum fm_logs_block_kind kind_of(fm_str first, fm_str text, fm_str *head)
{
    fm_str key, value;
    if (fm_str_starts(first, FM_STR("__CURSOR="))) {
        *head = FM_STR("__CURSOR=");
        return FM_LOGS_BLOCK_JOURNAL;
    }
    if (fm_str_eqc(fm_str_trim(first), "{") && is_record_list(text)) {
        *head = FM_STR("{");
        return FM_LOGS_BLOCK_JSON;
    }
    bool is_wevtutil = fm_str_starts(first, FM_STR("Event["));
    if (!is_wevtutil && !(cut_pair(first, &key, &value) && is_list_key(key)))
        return FM_LOGS_BLOCK_NONE;
    *head = is_wevtutil ? FM_STR("Event[") : key;
    return is_event_list(text) ? FM_LOGS_BLOCK_LIST : FM_LOGS_BLOCK_NONE;
}

bool fm_logs_block_learn(fm_str text, struct fm_logs_block *out)
{
    fm_str first = FM_STR_NULL, rest = text, head = FM_STR_NULL;
    while (fm_str_trim(first).len == 0 && fm_str_line(&rest, &first))
        ;
    if (fm_str_trim(first).len == 0 || first.len > FM_LOGS_COMPOSED_MAX)
        return false;
    const char *end = text.p + text.len;
    enum fm_logs_block_kind kind =
        kind_of(first, fm_str_n(first.p, (size_t)(end - first.p)), &head);
    *out = (struct fm_logs_block){.kind = kind, .head = head, .text = text};
    return kind != FM_LOGS_BLOCK_NONE;
}
