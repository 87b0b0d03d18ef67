/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/llm/provider.h"

#define FIRST_TOKEN_MS 20000
#define FIRST_TOKEN_LOCAL_MS 60000 /* a model may have to be loaded first */

const struct fm_llm_facts fm_llm_facts_table[] = {
    {
        .kind = "openai",
        .tracing_name = "openai",
        .family = FM_LLM_FAMILY_OPENAI,
        .base_url = "https://api.openai.com/v1",
        .key_env = "OPENAI_API_KEY",
        .max_tokens_field = "max_completion_tokens",
        .models_path = "/models",
        .embeddings_path = "/embeddings",
        .health_path = "/models",
        .first_token_ms = FIRST_TOKEN_MS,
    },
    {
        .kind = "anthropic",
        .tracing_name = "anthropic",
        .family = FM_LLM_FAMILY_ANTHROPIC,
        .base_url = "https://api.anthropic.com",
        .auth = FM_LLM_AUTH_X_API_KEY,
        .key_env = "ANTHROPIC_API_KEY",
        .max_tokens_field = "max_tokens",
        .models_path = "/v1/models?limit=1000",
        .health_path = "/v1/models?limit=1",
        .first_token_ms = FIRST_TOKEN_MS,
    },
    {
        .kind = "gemini",
        .tracing_name = "gcp.gemini",
        .family = FM_LLM_FAMILY_GEMINI,
        .base_url = "https://generativelanguage.googleapis.com/v1beta",
        .auth = FM_LLM_AUTH_X_GOOG_API_KEY,
        .key_env = "GEMINI_API_KEY",
        .max_tokens_field = "maxOutputTokens",
        .models_path = "/models?pageSize=1000",
        .embeddings_path = "/models/%s:batchEmbedContents",
        .health_path = "/models?pageSize=1",
        .first_token_ms = FIRST_TOKEN_MS,
    },
    {
        .kind = "groq",
        .tracing_name = "groq",
        .family = FM_LLM_FAMILY_OPENAI,
        .base_url = "https://api.groq.com/openai/v1",
        .key_env = "GROQ_API_KEY",
        .max_tokens_field = "max_completion_tokens",
        .models_path = "/models",
        .health_path = "/models",
        .first_token_ms = FIRST_TOKEN_MS,
    },
    {
        .kind = "fireworks",
        .tracing_name = "fireworks",
        .family = FM_LLM_FAMILY_OPENAI,
        .base_url = "https://api.fireworks.ai/inference/v1",
        .key_env = "FIREWORKS_API_KEY",
        .max_tokens_field = "max_tokens",
        .drop = FM_LLM_DROP_STREAM_OPTIONS, /* usage comes with the last chunk unasked */
        /* The default, "truncate", lowers max_tokens silently. */
        .extra_json = "{\"context_length_exceeded_behavior\":\"error\"}",
        .models_path = "/models",
        .embeddings_path = "/embeddings",
        .health_path = "/models",
        .first_token_ms = FIRST_TOKEN_MS,
    },
    {
        .kind = "openrouter",
        .tracing_name = "openrouter",
        .family = FM_LLM_FAMILY_OPENAI,
        .base_url = "https://openrouter.ai/api/v1",
        .key_env = "OPENROUTER_API_KEY",
        .max_tokens_field = "max_tokens",
        .has_effort_object = true,
        .drop = FM_LLM_DROP_STREAM_OPTIONS, /* always sends usage */
        /* Text must not be taken out of the middle of a prompt that holds evidence. */
        .extra_json = "{\"plugins\":[{\"id\":\"context-compression\",\"enabled\":false}]}",
        .models_path = "/models",
        .embeddings_path = "/embeddings",
        .health_path = "/models",
        .first_token_ms = FIRST_TOKEN_MS,
    },
    {
        .kind = "huggingface",
        .tracing_name = "huggingface",
        .family = FM_LLM_FAMILY_OPENAI,
        .base_url = "https://router.huggingface.co/v1",
        .key_env = "HF_TOKEN",
        .max_tokens_field = "max_tokens",
        .models_path = "/models",
        .health_path = "/models",
        .first_token_ms = FIRST_TOKEN_MS,
    },
    {
        .kind = "llamacpp",
        .tracing_name = "llama.cpp",
        .family = FM_LLM_FAMILY_OPENAI,
        .base_url = "http://127.0.0.1:8080/v1",
        .is_local = true,
        .max_tokens_field = "max_tokens",
        .schema_mode = FM_LLM_SCHEMA_BOTH,
        .models_path = "/models",
        .embeddings_path = "/embeddings",
        .health_path = "/models",
        .first_token_ms = FIRST_TOKEN_LOCAL_MS,
    },
    {
        .kind = "vllm",
        .tracing_name = "vllm",
        .family = FM_LLM_FAMILY_OPENAI,
        .base_url = "http://127.0.0.1:8000/v1",
        .is_local = true,
        .max_tokens_field = "max_tokens",
        .drop = FM_LLM_DROP_PARALLEL, /* ignored */
        .models_path = "/models",
        .embeddings_path = "/embeddings",
        .health_path = "/models",
        .first_token_ms = FIRST_TOKEN_LOCAL_MS,
    },
    {
        .kind = "ollama",
        .tracing_name = "ollama",
        .family = FM_LLM_FAMILY_OLLAMA,
        .base_url = "http://127.0.0.1:11434",
        .is_local = true,
        .max_tokens_field = "num_predict",
        .models_path = "/api/tags",
        .embeddings_path = "/api/embed",
        .health_path = "/api/tags",
        .first_token_ms = FIRST_TOKEN_LOCAL_MS,
    },
    {
        .kind = "local", /* any other server that speaks chat completions */
        .tracing_name = "local",
        .family = FM_LLM_FAMILY_OPENAI,
        .base_url = "http://127.0.0.1:8080/v1",
        .is_local = true,
        .max_tokens_field = "max_tokens",
        .schema_mode = FM_LLM_SCHEMA_BOTH,
        .models_path = "/models",
        .embeddings_path = "/embeddings",
        .health_path = "/models",
        .first_token_ms = FIRST_TOKEN_LOCAL_MS,
    },
    {.kind = NULL},
};

const struct fm_llm_facts *fm_llm_facts_find(fm_str kind)
{
    for (const struct fm_llm_facts *f = fm_llm_facts_table; f->kind; f++)
        if (fm_str_eqc(kind, f->kind))
            return f;
    return NULL;
}
