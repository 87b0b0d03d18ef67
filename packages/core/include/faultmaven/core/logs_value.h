/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Types of the variable parts of log lines. A type says what the scanner saw, not what the text
 * means.
 */
#ifndef FAULTMAVEN_CORE_LOGS_VALUE_TYPE_H
#define FAULTMAVEN_CORE_LOGS_VALUE_TYPE_H

/* X(symbol, name) */
#define FM_LOGS_VALUE_TYPES(X)                                                                     \
    X(WORD, "word")                                                                                \
    X(NUMBER, "number")                                                                            \
    X(HEX, "hex")                                                                                  \
    X(BOOL, "bool")                                                                                \
    X(TIME, "time")                                                                                \
    X(DURATION, "duration")                                                                        \
    X(SIZE, "size")                                                                                \
    X(UNIT, "unit")                                                                                \
    X(IP, "ip")                                                                                    \
    X(HOST, "host")                                                                                \
    X(MAC, "mac")                                                                                  \
    X(URL, "url")                                                                                  \
    X(PATH, "path")                                                                                \
    X(UUID, "uuid")                                                                                \
    X(ID, "id")                                                                                    \
    X(VERSION, "version")                                                                          \
    X(PLACE, "place")                                                                              \
    X(QUOTED, "quoted")                                                                            \
    X(TEXT, "text")

enum fm_logs_value_type {
#define FM_LOGS_VALUE_ENUM(sym, name) FM_LOGS_VALUE_##sym,
    FM_LOGS_VALUE_TYPES(FM_LOGS_VALUE_ENUM)
#undef FM_LOGS_VALUE_ENUM
        FM_LOGS_VALUE_COUNT
};

const char *fm_logs_value_type_name(enum fm_logs_value_type t);

#endif
