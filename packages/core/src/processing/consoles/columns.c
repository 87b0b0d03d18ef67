/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables whose cells are words under a row of titles: ps, the process list of top, ss, netstat,
 * vmstat, iostat, df. Titles are looked up by name, so any selection of columns (ps -o) is read;
 * the last column takes the rest of the row. A table ends at a blank line or a row that does not
 * fit.
 */
#include "read.h"

#define COLUMNS_MAX 32

/* A title of two words ("Local Address:Port", "Mounted on"): the second is no column. */
#define GLUE FM_CONSOLE_F_COUNT

struct form {
    const char *name;
    enum fm_console_kind kind;
    const char *first;    /* the first title, or any of several separated by blanks */
    const char *needs[3]; /* titles that must be there */
    const struct fm_console_title *titles;
    bool is_sampled;    /* each row is a sample of its own */
    bool has_open_ends; /* rows may be shorter than the titles */
};

static const struct fm_console_title process_titles[] = {{"PID", FM_CONSOLE_F_ID},
                                                         {"PPID", FM_CONSOLE_F_PARENT},
                                                         {"USER", FM_CONSOLE_F_USER},
                                                         {"UID", FM_CONSOLE_F_USER},
                                                         {"RUSER", FM_CONSOLE_F_USER},
                                                         {"EUSER", FM_CONSOLE_F_USER},
                                                         {"%CPU", FM_CONSOLE_F_CPU_SHARE},
                                                         {"PCPU", FM_CONSOLE_F_CPU_SHARE},
                                                         {"%MEM", FM_CONSOLE_F_MEMORY_SHARE},
                                                         {"PMEM", FM_CONSOLE_F_MEMORY_SHARE},
                                                         {"RSS", FM_CONSOLE_F_RESIDENT},
                                                         {"RES", FM_CONSOLE_F_RESIDENT},
                                                         {"STAT", FM_CONSOLE_F_STATE},
                                                         {"S", FM_CONSOLE_F_STATE},
                                                         {"WCHAN", FM_CONSOLE_F_WAIT},
                                                         {"COMMAND", FM_CONSOLE_F_COMMAND},
                                                         {"CMD", FM_CONSOLE_F_COMMAND},
                                                         {"COMM", FM_CONSOLE_F_COMMAND},
                                                         {"ARGS", FM_CONSOLE_F_COMMAND},
                                                         {"VSZ", FM_CONSOLE_F_NONE},
                                                         {"VIRT", FM_CONSOLE_F_NONE},
                                                         {"SHR", FM_CONSOLE_F_NONE},
                                                         {"PR", FM_CONSOLE_F_NONE},
                                                         {"NI", FM_CONSOLE_F_NONE},
                                                         {"C", FM_CONSOLE_F_NONE},
                                                         {"F", FM_CONSOLE_F_NONE},
                                                         {"PRI", FM_CONSOLE_F_NONE},
                                                         {"NLWP", FM_CONSOLE_F_NONE},
                                                         {"TTY", FM_CONSOLE_F_NONE},
                                                         {"TT", FM_CONSOLE_F_NONE},
                                                         {"START", FM_CONSOLE_F_NONE},
                                                         {"STIME", FM_CONSOLE_F_NONE},
                                                         {"TIME", FM_CONSOLE_F_NONE},
                                                         {"TIME+", FM_CONSOLE_F_NONE},
                                                         {"ELAPSED", FM_CONSOLE_F_NONE},
                                                         {NULL, FM_CONSOLE_F_NONE}};

static const struct fm_console_title socket_titles[] = {
    {"Netid", FM_CONSOLE_F_PROTOCOL},
    {"Proto", FM_CONSOLE_F_PROTOCOL},
    {"State", FM_CONSOLE_F_STATE},
    {"Recv-Q", FM_CONSOLE_F_RECV_Q},
    {"Send-Q", FM_CONSOLE_F_SEND_Q},
    {"Local", FM_CONSOLE_F_LOCAL},
    {"Peer", FM_CONSOLE_F_PEER},
    {"Foreign", FM_CONSOLE_F_PEER},
    {"Process", FM_CONSOLE_F_PROCESS},
    {"Address:PortProcess", FM_CONSOLE_F_PROCESS},
    {"PID/Program", FM_CONSOLE_F_PROCESS},
    {"Address:Port", GLUE},
    {"Address", GLUE},
    {"name", GLUE},
    {NULL, FM_CONSOLE_F_NONE}};

static const struct fm_console_title vmstat_titles[] = {
    {"r", FM_CONSOLE_F_RUNNABLE},    {"b", FM_CONSOLE_F_BLOCKED},     {"swpd", FM_CONSOLE_F_NONE},
    {"free", FM_CONSOLE_F_FREE},     {"buff", FM_CONSOLE_F_NONE},     {"cache", FM_CONSOLE_F_NONE},
    {"si", FM_CONSOLE_F_SWAP_IN},    {"so", FM_CONSOLE_F_SWAP_OUT},   {"bi", FM_CONSOLE_F_NONE},
    {"bo", FM_CONSOLE_F_NONE},       {"in", FM_CONSOLE_F_NONE},       {"cs", FM_CONSOLE_F_NONE},
    {"us", FM_CONSOLE_F_CPU_USER},   {"sy", FM_CONSOLE_F_CPU_SYSTEM}, {"id", FM_CONSOLE_F_CPU_IDLE},
    {"wa", FM_CONSOLE_F_CPU_IOWAIT}, {"st", FM_CONSOLE_F_CPU_STEAL},  {"gu", FM_CONSOLE_F_NONE},
    {"UTC", FM_CONSOLE_F_NONE},      {"inact", FM_CONSOLE_F_NONE},    {"active", FM_CONSOLE_F_NONE},
    {NULL, FM_CONSOLE_F_NONE}};

/* sysstat 10 to 12: "await" became "r_await" and "w_await", "avgqu-sz" became "aqu-sz". Other
 * titles are skipped. */
static const struct fm_console_title device_titles[] = {{"Device", FM_CONSOLE_F_NAME},
                                                        {"Device:", FM_CONSOLE_F_NAME},
                                                        {"await", FM_CONSOLE_F_AWAIT},
                                                        {"r_await", FM_CONSOLE_F_READ_AWAIT},
                                                        {"w_await", FM_CONSOLE_F_WRITE_AWAIT},
                                                        {"aqu-sz", FM_CONSOLE_F_QUEUE},
                                                        {"avgqu-sz", FM_CONSOLE_F_QUEUE},
                                                        {"%util", FM_CONSOLE_F_UTILISATION},
                                                        {NULL, FM_CONSOLE_F_NONE}};

static const struct fm_console_title filesystem_titles[] = {{"Filesystem", FM_CONSOLE_F_NAME},
                                                            {"Size", FM_CONSOLE_F_SIZE},
                                                            {"1K-blocks", FM_CONSOLE_F_SIZE},
                                                            {"1M-blocks", FM_CONSOLE_F_SIZE},
                                                            {"1024-blocks", FM_CONSOLE_F_SIZE},
                                                            {"Used", FM_CONSOLE_F_USED},
                                                            {"Avail", FM_CONSOLE_F_AVAILABLE},
                                                            {"Available", FM_CONSOLE_F_AVAILABLE},
                                                            {"Use%", FM_CONSOLE_F_USE_SHARE},
                                                            {"Capacity", FM_CONSOLE_F_USE_SHARE},
                                                            {"IUse%", FM_CONSOLE_F_INODE_SHARE},
                                                            {"Mounted", FM_CONSOLE_F_MOUNT},
                                                            {"on", GLUE},
                                                            {NULL, FM_CONSOLE_F_NONE}};

static const struct fm_console_title share_titles[] = {{"avg-cpu:", GLUE},
                                                       {"%user", FM_CONSOLE_F_CPU_USER},
                                                       {"%nice", FM_CONSOLE_F_CPU_NICE},
                                                       {"%system", FM_CONSOLE_F_CPU_SYSTEM},
                                                       {"%iowait", FM_CONSOLE_F_CPU_IOWAIT},
                                                       {"%steal", FM_CONSOLE_F_CPU_STEAL},
                                                       {"%idle", FM_CONSOLE_F_CPU_IDLE},
                                                       {NULL, FM_CONSOLE_F_NONE}};

static const struct form forms[] = {
    {"ps",
     FM_CONSOLE_PROCESS,
     "USER UID PID PPID F S STAT %CPU %MEM RSS RUSER",
     {"PID", "COMMAND"},
     process_titles,
     false,
     false},
    {"ps",
     FM_CONSOLE_PROCESS,
     "USER UID PID PPID F S STAT %CPU %MEM RSS RUSER",
     {"PID", "CMD"},
     process_titles,
     false,
     false},
    {"ss",
     FM_CONSOLE_SOCKET,
     "State Netid Recv-Q",
     {"Recv-Q", "Send-Q", "Local"},
     socket_titles,
     false,
     true},
    {"netstat",
     FM_CONSOLE_SOCKET,
     "Proto",
     {"Recv-Q", "Send-Q", "Local"},
     socket_titles,
     false,
     true},
    {"vmstat", FM_CONSOLE_CPU, "r", {"b", "us", "wa"}, vmstat_titles, true, false},
    {"iostat", FM_CONSOLE_CPU, "avg-cpu:", {"%user", "%idle"}, share_titles, true, false},
    {"iostat", FM_CONSOLE_DEVICE, "Device Device:", {"%util"}, device_titles, false, false},
    {"df", FM_CONSOLE_FILESYSTEM, "Filesystem", {"Mounted"}, filesystem_titles, false, false},
};

static bool is_listed(fm_str word, const char *list)
{
    fm_str rest = fm_str_c(list), item;
    while (fm_str_word(&rest, &item))
        if (fm_str_eq(item, word))
            return true;
    return false;
}

static bool has_word(fm_str line, const char *want)
{
    fm_str word;
    while (fm_str_word(&line, &word))
        if (fm_str_eqc(word, want))
            return true;
    return false;
}

static const struct form *form_of(fm_str line)
{
    fm_str rest = line, first;
    if (line.len > 400 || !fm_str_word(&rest, &first))
        return NULL;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        bool fits = is_listed(first, forms[i].first);
        for (size_t k = 0; fits && k < 3 && forms[i].needs[k]; k++)
            fits = has_word(line, forms[i].needs[k]);
        if (fits)
            return &forms[i];
    }
    return NULL;
}

bool fm_console_is_column_title(fm_str line)
{
    return form_of(line) != NULL;
}

struct columns {
    enum fm_console_field fields[COLUMNS_MAX];
    size_t n;
};

static enum fm_console_field field_of(const struct form *f, fm_str title)
{
    for (const struct fm_console_title *t = f->titles; t->name; t++)
        if (fm_str_eqc(title, t->name))
            return t->field;
    return FM_CONSOLE_F_NONE;
}

static void read_titles(const struct form *f, fm_str line, struct columns *c)
{
    fm_str word;
    c->n = 0;
    while (c->n < COLUMNS_MAX && fm_str_word(&line, &word)) {
        enum fm_console_field id = field_of(f, word);
        if (id != GLUE)
            c->fields[c->n++] = id;
    }
}

/* Fields that hold a number in every row: a line of prose below a table does not fit. */
static bool is_numeric(enum fm_console_field f)
{
    static const bool numeric[FM_CONSOLE_F_COUNT] = {
        [FM_CONSOLE_F_ID] = true,          [FM_CONSOLE_F_RECV_Q] = true,
        [FM_CONSOLE_F_SEND_Q] = true,      [FM_CONSOLE_F_CPU_USER] = true,
        [FM_CONSOLE_F_CPU_IDLE] = true,    [FM_CONSOLE_F_RUNNABLE] = true,
        [FM_CONSOLE_F_UTILISATION] = true, [FM_CONSOLE_F_CPU_SHARE] = true};
    return numeric[f];
}

static bool starts_number(fm_str s)
{
    return s.len && ((s.p[0] >= '0' && s.p[0] <= '9') || s.p[0] == '.');
}

/* The words of a row, the last with the rest of the line; false when they do not fit the titles. */
static bool cut_row(const struct form *f, const struct columns *c, fm_str line, fm_str *cells,
                    size_t *n)
{
    fm_str rest = line;
    *n = 0;
    while (*n < c->n && fm_str_word(&rest, &cells[*n])) {
        if (*n + 1 == c->n) {
            const char *end = line.p + line.len;
            cells[*n] = fm_str_trim(fm_str_n(cells[*n].p, (size_t)(end - cells[*n].p)));
        }
        if (is_numeric(c->fields[*n]) && !starts_number(cells[*n]))
            return false;
        ++*n;
    }
    return *n == c->n || (f->has_open_ends && *n >= 4);
}

/* UDP rows of netstat have no state: what stands there is the program. */
static enum fm_console_field field_at(const struct form *f, const struct columns *c, size_t i,
                                      fm_str cell)
{
    bool is_program = f->kind == FM_CONSOLE_SOCKET && c->fields[i] == FM_CONSOLE_F_STATE &&
                      fm_str_has(cell, FM_STR("/"));
    return is_program ? FM_CONSOLE_F_PROCESS : c->fields[i];
}

static bool read_row(struct fm_console_reader *r, const struct form *f, const struct columns *c,
                     fm_str line)
{
    fm_str cells[COLUMNS_MAX];
    size_t n;
    if (!cut_row(f, c, line, cells, &n))
        return false;
    if (f->is_sampled)
        ++*r->sample;
    struct fm_console_row *row = fm_console_add(r, f->kind, f->name, line);
    for (size_t i = 0; row && i < n; i++)
        fm_console_set(r, row, field_at(f, c, i, cells[i]), cells[i]);
    return true;
}

bool fm_console_read_columns(struct fm_console_reader *r, fm_str line, fm_str *rest)
{
    const struct form *f = form_of(line);
    struct columns c;
    if (!f)
        return false;
    read_titles(f, line, &c);
    /* The devices and processes of a report belong to the shares above them. */
    bool is_part = f->kind == FM_CONSOLE_DEVICE || (f->kind == FM_CONSOLE_PROCESS && r->cpu);
    if (!is_part || (f->kind == FM_CONSOLE_DEVICE && r->device_sample == *r->sample))
        ++*r->sample;
    if (f->kind == FM_CONSOLE_DEVICE)
        r->device_sample = *r->sample;
    for (fm_str look = *rest; fm_str_line(&look, &line); *rest = look) {
        if (fm_str_trim(line).len == 0)
            break;
        if (!read_row(r, f, &c, line))
            break;
    }
    return true;
}
