/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What can be found: the closed list of sensitive types. One table gives the enum, the name (used
 * in spans, policies and rule files) and the family that policies switch together. A placeholder is
 * the upper-case name with a number: <EMAIL_3>.
 */
#ifndef FAULTMAVEN_SECURITY_TYPE_H
#define FAULTMAVEN_SECURITY_TYPE_H

#include "faultmaven/base/str.h"

/* X(symbol, name, family) */
#define FM_SENSITIVE_TYPES(X)                                                                      \
    X(SECRET, "secret", SECRETS)                                                                   \
    X(PASSWORD, "password", SECRETS)                                                               \
    X(TOKEN, "token", SECRETS)                                                                     \
    X(API_KEY, "api_key", SECRETS)                                                                 \
    X(PRIVATE_KEY, "private_key", SECRETS)                                                         \
    X(JWT, "jwt", SECRETS)                                                                         \
    X(AUTHORIZATION, "authorization", SECRETS)                                                     \
    X(BASIC_AUTH, "basic_auth", SECRETS)                                                           \
    X(COOKIE, "cookie", SECRETS)                                                                   \
    X(CERTIFICATE, "certificate", SECRETS)                                                         \
    X(CONNECTION_STRING, "connection_string", SECRETS)                                             \
    X(WEBHOOK, "webhook", SECRETS)                                                                 \
    X(EMAIL, "email", PERSONAL)                                                                    \
    X(PHONE, "phone", PERSONAL)                                                                    \
    X(CARD, "credit_card", PERSONAL)                                                               \
    X(IBAN, "iban", PERSONAL)                                                                      \
    X(NATIONAL_ID, "national_id", PERSONAL)                                                        \
    X(LICENSE, "license", PERSONAL)                                                                \
    X(BIRTH_DATE, "birth_date", PERSONAL)                                                          \
    X(AGE, "age", PERSONAL)                                                                        \
    X(GPS, "gps", PERSONAL)                                                                        \
    X(USER, "user", PERSONAL)                                                                      \
    X(PERSON, "person", PROSE)                                                                     \
    X(ADDRESS, "address", PROSE)                                                                   \
    X(LOCATION, "location", PROSE)                                                                 \
    X(ORGANIZATION, "organization", PROSE)                                                         \
    X(NRP, "nrp", PROSE)                                                                           \
    X(DATE, "date", PROSE)                                                                         \
    X(IP, "ip", NETWORK)                                                                           \
    X(PRIVATE_IP, "ip_address", NETWORK)                                                           \
    X(HOST, "host", NETWORK)                                                                       \
    X(ENDPOINT, "endpoint", NETWORK)                                                               \
    X(PORT, "port", NETWORK)                                                                       \
    X(MAC, "mac", NETWORK)                                                                         \
    X(URL, "url", NETWORK)                                                                         \
    X(PATH, "path", SYSTEM)                                                                        \
    X(FILE, "file", SYSTEM)                                                                        \
    X(UUID, "uuid", SYSTEM)                                                                        \
    X(HASH, "hash", SYSTEM)                                                                        \
    X(ID, "id", SYSTEM)                                                                            \
    X(NUMBER, "number", SYSTEM)                                                                    \
    X(CONFIG, "config", SYSTEM)

enum fm_sensitive {
#define FM_SENSITIVE_ENUM(sym, name, family) FM_SENSITIVE_##sym,
    FM_SENSITIVE_TYPES(FM_SENSITIVE_ENUM)
#undef FM_SENSITIVE_ENUM
        FM_SENSITIVE_COUNT
};

enum fm_sensitive_family {
    FM_FAMILY_SECRETS,
    FM_FAMILY_PERSONAL,
    FM_FAMILY_PROSE, /* found by context in natural language; never complete without a name model */
    FM_FAMILY_NETWORK,
    FM_FAMILY_SYSTEM,
    FM_FAMILY_COUNT
};

/* "email"; "unknown" outside the enum. */
const char *fm_sensitive_name(enum fm_sensitive type);
enum fm_sensitive_family fm_sensitive_family(enum fm_sensitive type);

/* The type of a name, without case; FM_SENSITIVE_COUNT when there is none. */
enum fm_sensitive fm_sensitive_parse(fm_str name);

#endif
