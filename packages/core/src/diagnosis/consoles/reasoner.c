/* SPDX-License-Identifier: Apache-2.0 */
#include "consoles.h"

static enum fm_code run(struct fm_hypotheses *h)
{
    if (!h->in->consoles)
        return FM_OK;
    fm_console_rules_containers(h);
    fm_console_rules_memory(h);
    fm_console_rules_processors(h);
    fm_console_rules_devices(h);
    fm_console_rules_sockets(h);
    fm_console_rules_locks(h);
    fm_console_rules_sessions(h);
    fm_console_rules_replicas(h);
    fm_console_rules_redis(h);
    return FM_OK;
}

const struct fm_reasoner_source fm_consoles_reasoner = {"consoles", run};
