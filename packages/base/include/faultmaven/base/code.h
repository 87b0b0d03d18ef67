/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Result codes of every fallible function.
 *
 * A fallible function returns enum fm_code and is marked FM_MUST_CHECK; its results come last, by
 * pointer, and stay untouched on failure. Each code maps to exactly one HTTP status (fm_code_http),
 * so that the API never invents one.
 */
#ifndef FAULTMAVEN_BASE_CODE_H
#define FAULTMAVEN_BASE_CODE_H

#define FM_MUST_CHECK __attribute__((warn_unused_result))
#define FM_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

/* X(symbol, name, http status, meaning) */
#define FM_CODES(X)                                                                                \
    X(FM_OK, "ok", 200, "success")                                                                 \
    X(FM_EINVAL, "invalid", 400, "the caller's input is wrong")                                    \
    X(FM_EUNAUTHENTICATED, "unauthenticated", 401, "who is calling is not known")                  \
    X(FM_EFORBIDDEN, "forbidden", 403, "the caller may not do this")                               \
    X(FM_ENOTFOUND, "not_found", 404, "the named thing does not exist")                            \
    X(FM_ECONFLICT, "conflict", 409, "another writer was first, or the state forbids it")          \
    X(FM_ELIMIT, "limit", 413, "a stated limit would be exceeded")                                 \
    X(FM_EREJECTED, "rejected", 422, "well-formed, but a rule says no")                            \
    X(FM_ERATE, "rate_limited", 429, "too many requests; retry later")                             \
    X(FM_ECANCELLED, "cancelled", 499, "the caller went away or cancelled")                        \
    X(FM_EINTERNAL, "internal", 500, "our fault")                                                  \
    X(FM_EUNSUPPORTED, "unsupported", 501, "not supported here")                                   \
    X(FM_EUPSTREAM, "upstream", 502, "a remote service answered wrongly")                          \
    X(FM_EUNAVAILABLE, "unavailable", 503, "a needed service is down, or a queue is full")         \
    X(FM_ETIMEOUT, "timeout", 504, "the deadline passed")                                          \
    X(FM_EIO, "io", 507, "the operating system refused a read or write")

enum fm_code {
#define FM_CODE_ENUM(sym, name, http, text) sym,
    FM_CODES(FM_CODE_ENUM)
#undef FM_CODE_ENUM
        FM_CODE_COUNT
};

/* "not_found" for FM_ENOTFOUND; "unknown" for a value outside the enum. */
const char *fm_code_name(enum fm_code code);

/* The HTTP status of a code; 500 for a value outside the enum. */
int fm_code_http(enum fm_code code);

#endif
