/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/models/llm.h"

#define ROW2(sym, name) [sym] = name,
#define ROW3(sym, name, flag) [sym] = {name, flag},

static const char *const roles[] = {FM_LLM_ROLES(ROW2)};
static const char *const finishes[] = {FM_LLM_FINISHES(ROW2)};
static const struct {
    const char *name;
    bool is_failure;
} classes[] = {FM_LLM_CLASSES(ROW3)};

const char *fm_llm_role_name(enum fm_llm_role r)
{
    return roles[r];
}

const char *fm_llm_finish_name(enum fm_llm_finish f)
{
    return finishes[f];
}

const char *fm_llm_class_name(enum fm_llm_class c)
{
    return classes[c].name;
}

bool fm_llm_class_is_failure(enum fm_llm_class c)
{
    return classes[c].is_failure;
}

enum fm_code fm_llm_class_code(enum fm_llm_class c)
{
    static const enum fm_code codes[FM_LLM_CLASS_COUNT] = {
        [FM_LLM_OK] = FM_OK,
        [FM_LLM_AUTH] = FM_EUPSTREAM,
        [FM_LLM_QUOTA] = FM_EUNAVAILABLE,
        [FM_LLM_RATE_LIMITED] = FM_ERATE,
        [FM_LLM_OVERLOADED] = FM_EUNAVAILABLE,
        [FM_LLM_CONTEXT_OVERFLOW] = FM_ELIMIT,
        [FM_LLM_BAD_REQUEST] = FM_EINVAL,
        [FM_LLM_CONTENT_FILTERED] = FM_EREJECTED,
        [FM_LLM_TIMEOUT] = FM_ETIMEOUT,
        [FM_LLM_UPSTREAM] = FM_EUPSTREAM,
        [FM_LLM_NETWORK] = FM_EUPSTREAM,
        [FM_LLM_MALFORMED] = FM_EUPSTREAM,
        [FM_LLM_CANCELLED] = FM_ECANCELLED,
        [FM_LLM_REFUSED_BY_GATE] = FM_EFORBIDDEN,
        [FM_LLM_BUDGET] = FM_ERATE,
        [FM_LLM_NO_TARGET] = FM_EUNAVAILABLE,
    };
    return codes[c];
}

struct fm_llm_request fm_llm_request_init(void)
{
    return (struct fm_llm_request){.temperature = -1, .top_p = -1, .seed = -1};
}
