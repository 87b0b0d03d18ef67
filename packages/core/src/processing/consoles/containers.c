/* SPDX-License-Identifier: Apache-2.0 */
/* docker (and podman) ps and inspect. */
#include "read.h"

#include "faultmaven/core/document.h"

static const struct fm_console_title ps_titles[] = {
    {"CONTAINER ID", FM_CONSOLE_F_ID}, {"IMAGE", FM_CONSOLE_F_IMAGE},
    {"COMMAND", FM_CONSOLE_F_COMMAND}, {"CREATED", FM_CONSOLE_F_NONE},
    {"STATUS", FM_CONSOLE_F_STATUS},   {"PORTS", FM_CONSOLE_F_PORTS},
    {"NAMES", FM_CONSOLE_F_NAME},      {NULL, FM_CONSOLE_F_NONE}};

bool fm_console_is_docker_title(fm_str line)
{
    return fm_str_starts(line, FM_STR("CONTAINER ID ")) && fm_str_has(line, FM_STR("NAMES")) &&
           fm_str_has(line, FM_STR("STATUS")) && line.len < 400;
}

/* Cells begin where their titles do, because PORTS may be empty. */
static fm_str cell_at(fm_str line, fm_str titles, size_t from)
{
    size_t to = from;
    while (to < titles.len &&
           !(titles.p[to] == ' ' && to + 1 < titles.len && titles.p[to + 1] == ' '))
        to++;
    while (to < titles.len && titles.p[to] == ' ')
        to++;
    return fm_str_trim(fm_str_sub(line, from, to < titles.len ? to - from : line.len));
}

static void read_ps_row(struct fm_console_reader *r, fm_str line, fm_str titles)
{
    struct fm_console_row *row = fm_console_add(r, FM_CONSOLE_CONTAINER, "ps", line);
    for (const struct fm_console_title *t = ps_titles; row && t->name; t++) {
        ptrdiff_t at = fm_str_find(titles, fm_str_c(t->name), 0);
        if (at >= 0 && (size_t)at < line.len)
            fm_console_set(r, row, t->field, cell_at(line, titles, (size_t)at));
    }
}

bool fm_console_read_docker_ps(struct fm_console_reader *r, fm_str line, fm_str *rest)
{
    fm_str titles = line;
    if (!fm_console_is_docker_title(line))
        return false;
    ++*r->sample;
    for (fm_str look = *rest; fm_str_line(&look, &line) && fm_str_trim(line).len; *rest = look)
        read_ps_row(r, line, titles);
    return true;
}

/* --- inspect --- */

bool fm_console_is_inspect(fm_str text)
{
    text = fm_str_trim(text);
    fm_str head = fm_str_sub(text, 0, 65536);
    return text.len && (text.p[0] == '[' || text.p[0] == '{') &&
           fm_str_has(head, FM_STR("\"State\"")) && fm_str_has(head, FM_STR("\"ExitCode\"")) &&
           fm_str_has(head, FM_STR("\"RestartCount\""));
}

static void set_member(struct fm_console_reader *r, struct fm_console_row *row,
                       enum fm_console_field f, const struct fm_node *n, const char *path)
{
    const struct fm_node *m = fm_node_at(n, path);
    if (m && m->kind != FM_NODE_MAP && m->kind != FM_NODE_LIST)
        fm_console_set_text(r, row, f, m->text, m->pair);
}

/* The last entry of the health log: its output says why the check failed. */
static void set_health(struct fm_console_reader *r, struct fm_console_row *row,
                       const struct fm_node *state)
{
    const struct fm_node *last = NULL;
    set_member(r, row, FM_CONSOLE_F_HEALTH, state, "Health.Status");
    set_member(r, row, FM_CONSOLE_F_FAILING_STREAK, state, "Health.FailingStreak");
    fm_node_each (fm_node_at(state, "Health.Log"), entry)
        last = entry;
    set_member(r, row, FM_CONSOLE_F_HEALTH_OUTPUT, last, "Output");
}

static void set_ports(struct fm_console_reader *r, struct fm_console_row *row,
                      const struct fm_node *container)
{
    const struct fm_node *ports = fm_node_at(container, "NetworkSettings.Ports");
    if (ports && ports->n_children)
        fm_console_set_text(r, row, FM_CONSOLE_F_PORTS, ports->source, ports->pair);
}

static void read_container(struct fm_console_reader *r, const struct fm_node *n)
{
    static const struct {
        const char *path;
        enum fm_console_field field;
    } members[] = {{"Id", FM_CONSOLE_F_ID},
                   {"Name", FM_CONSOLE_F_NAME},
                   {"State.Status", FM_CONSOLE_F_STATE},
                   {"State.OOMKilled", FM_CONSOLE_F_OOM_KILLED},
                   {"State.ExitCode", FM_CONSOLE_F_EXIT_CODE},
                   {"State.Error", FM_CONSOLE_F_ERROR},
                   {"RestartCount", FM_CONSOLE_F_RESTARTS},
                   {"HostConfig.RestartPolicy.Name", FM_CONSOLE_F_RESTART_POLICY},
                   {"HostConfig.Memory", FM_CONSOLE_F_LIMIT},
                   {"Config.Image", FM_CONSOLE_F_IMAGE},
                   {"Path", FM_CONSOLE_F_COMMAND}};
    const struct fm_node *state = fm_node_at(n, "State");
    if (!state || state->kind != FM_NODE_MAP)
        return;
    struct fm_console_row *row = fm_console_add(r, FM_CONSOLE_CONTAINER, "inspect", state->pair);
    for (size_t i = 0; row && i < sizeof members / sizeof *members; i++)
        set_member(r, row, members[i].field, n, members[i].path);
    if (!row)
        return;
    set_health(r, row, state);
    set_ports(r, row, n);
}

enum fm_code fm_console_read_inspect(struct fm_console_reader *r, fm_str text)
{
    struct fm_node *root = NULL;
    bool is_truncated = false;
    FM_TRY(fm_document_json(r->set->in->ctx, fm_str_trim(text), &root, &is_truncated));
    ++*r->sample;
    if (root->kind == FM_NODE_MAP)
        read_container(r, root);
    else
        fm_node_each (root, n)
            read_container(r, n);
    return FM_OK;
}
