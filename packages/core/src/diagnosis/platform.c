/* SPDX-License-Identifier: Apache-2.0 */
#include "diagnosis/platform.h"

#include "faultmaven/core/objects.h"

static bool is_cluster_kind(enum fm_entity_kind kind)
{
    return kind == FM_ENTITY_WORKLOAD || kind == FM_ENTITY_POD || kind == FM_ENTITY_NODE ||
           kind == FM_ENTITY_NAMESPACE;
}

/* Logs as a container runtime or Kubernetes itself writes them, and files named after pods. */
static bool is_cluster_input(const struct fm_evidence *e)
{
    ptrdiff_t slash = fm_str_rchr(e->path, '/');
    fm_str name = fm_str_skip(e->path, (size_t)(slash + 1));
    name = fm_str_cut(&name, '.');
    return fm_str_eqc(e->format, "cri") || fm_str_eqc(e->format, "klog") ||
           fm_str_starts(e->format, FM_STR("kubernetes")) ||
           !fm_str_eq(fm_workload_name(name, false), name);
}

static bool is_cluster(const struct fm_incident *in)
{
    if (in->objects && in->objects->objects.n)
        return true;
    fm_vec_each (&in->entities, e)
        if (is_cluster_kind(e->kind))
            return true;
    fm_vec_each (&in->inputs, e)
        if (is_cluster_input(*e))
            return true;
    return false;
}

fm_str fm_platform_command(const struct fm_incident *in, fm_str command)
{
    static const char restart[] = "kubectl rollout restart deployment/";
    if (!fm_str_starts(command, FM_STR("kubectl ")) || is_cluster(in))
        return command;
    if (fm_str_starts(command, fm_str_c(restart)))
        return fm_str_fmt(&in->ctx->arena, "systemctl restart %.*s",
                          FM_STR_ARG(fm_str_skip(command, sizeof restart - 1)));
    return FM_STR_NULL;
}
