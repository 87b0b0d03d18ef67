/* SPDX-License-Identifier: Apache-2.0 */
/* `helm history` and `kubectl rollout history`: a table whose first title is REVISION. */
#include "read.h"

static fm_str name_of_input(const struct fm_changes_reader *r)
{
    ptrdiff_t slash = fm_str_rchr(r->e->path, '/');
    fm_str name = slash >= 0 ? fm_str_skip(r->e->path, (size_t)slash + 1) : r->e->path;
    return fm_str_cut(&name, '.');
}

/* helm: REVISION UPDATED STATUS CHART APP VERSION DESCRIPTION, with a date of the form of ctime(3).
 */
static void read_row(struct fm_changes_reader *r, fm_str line, fm_str service)
{
    fm_str rest = line, revision;
    uint64_t n;
    if (!fm_str_word(&rest, &revision) || !fm_str_u64(revision, &n))
        return;
    struct fm_change *c = fm_changes_add(r, FM_CHANGE_DEPLOY, line);
    c->id = c->version = revision;
    c->service = service;
    c->message = fm_str_trim(rest);
    c->at = fm_changes_time(fm_str_sub(c->message, 0, 24));
}

bool fm_changes_read_table(struct fm_changes_reader *r)
{
    fm_str rest = r->e->bytes, line, service = name_of_input(r);
    bool is_table = false;
    while (fm_str_line(&rest, &line)) {
        if (fm_str_starts(line, FM_STR("deployment.apps/")))
            service = fm_str_skip(line, strlen("deployment.apps/")),
            service = fm_str_cut(&service, ' ');
        else if (fm_str_starts(line, FM_STR("REVISION")))
            is_table = true;
        else if (is_table)
            read_row(r, line, service);
    }
    return is_table;
}
