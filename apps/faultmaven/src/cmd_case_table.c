/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd_case.h"

#define COMMAND(id, text, args, least, most, about, more)                                          \
    {                                                                                              \
        .name = text, .summary = about, .operands = args, .min_operands = least,                   \
        .max_operands = most, .opts = case_##id##_opts, .details = more, .run = case_##id##_run    \
    }

/* The first operand is a case. */
#define CASE_COMMAND(id, text, args, least, most, about, more)                                     \
    {                                                                                              \
        .name = text, .summary = about, .operands = args, .min_operands = least,                   \
        .max_operands = most, .opts = case_##id##_opts, .details = more, .run = case_##id##_run,   \
        .candidates = FM_CASE_CANDIDATES                                                           \
    }

#define CASE_TEXT "CASE is an id of the store, or its first characters."

static const struct fm_command commands[] = {
    COMMAND(new, "new", NULL, 0, 0, "open a case", NULL),
    COMMAND(list, "list", NULL, 0, 0, "list cases, the last changed first", NULL),
    CASE_COMMAND(show, "show", "CASE", 1, 1,
                 "show a case: facts, hypotheses, solutions, next steps",
                 CASE_TEXT " A bundle file (case export) is shown without a store."),
    CASE_COMMAND(add, "add", "CASE PATH…", 2, -1,
                 "add evidence: files, folders, archives, - for standard input",
                 CASE_TEXT
                 " The evidence is analysed at once; what follows is proposed and judged by "
                 "the rules. Content that "
                 "the case has already is recognised."),
    CASE_COMMAND(watch, "watch", "CASE DIR", 2, 2, "add files of a folder as they appear",
                 CASE_TEXT),
    CASE_COMMAND(
        ask, "ask", "CASE QUESTION…", 2, -1, "ask about a case; the answer cites its evidence",
        CASE_TEXT " No model is needed: questions about cause, reasons, alternatives, what is "
                  "missing, changes, "
                  "timeline, scope, solutions and next steps are answered from the facts; "
                  "anything else is searched."),
    CASE_COMMAND(
        turn, "turn", "CASE", 1, 1, "one turn: a message, a proposal of typed changes, or both",
        CASE_TEXT " The answer lists accepted events and rejected changes, each with its reason."),
    CASE_COMMAND(confirm, "confirm", "CASE", 1, 1,
                 "confirm the problem statement; start the investigation", CASE_TEXT),
    CASE_COMMAND(propose, "propose", "CASE", 1, 1,
                 "state a hypothesis, a fact, a change, a request", CASE_TEXT),
    CASE_COMMAND(solve, "solve", "CASE", 1, 1, "propose a solution", CASE_TEXT),
    CASE_COMMAND(apply, "apply", "CASE SOLUTION", 2, 2,
                 "report that a solution was applied, approved or rejected", CASE_TEXT),
    CASE_COMMAND(verify_fix, "verify-fix", "CASE SOLUTION", 2, 2,
                 "report whether a fix helped, with evidence", CASE_TEXT),
    CASE_COMMAND(waiting, "waiting", "CASE [ON]", 1, 2,
                 "the case waits on something: neither progress nor stall", CASE_TEXT),
    CASE_COMMAND(escalate, "escalate", "CASE", 1, 1,
                 "hand over with a packet of findings, and take back", CASE_TEXT),
    CASE_COMMAND(member, "member", "CASE USER", 2, 2,
                 "let a colleague work on a case, or only read it", CASE_TEXT),
    CASE_COMMAND(close, "close", "CASE", 1, 1, "end a case: resolved, or closed with a reason",
                 CASE_TEXT),
    CASE_COMMAND(follow_up, "follow-up", "CASE", 1, 1, "open a case that continues an ended one",
                 CASE_TEXT),
    CASE_COMMAND(
        report, "report", "CASE", 1, 1, "write a report from the facts of a case",
        CASE_TEXT
        " A report that lacks its facts is refused, naming what is missing. Secrets are masked."),
    CASE_COMMAND(timeline, "timeline", "CASE", 1, 1, "what happened when", CASE_TEXT),
    CASE_COMMAND(log, "log", "CASE", 1, 1, "every event of a case", CASE_TEXT),
    COMMAND(search, "search", "WORD…", 1, -1, "find words in cases, messages and evidence", NULL),
    CASE_COMMAND(export, "export", "CASE", 1, 1, "write a case with its evidence to one file",
                 CASE_TEXT),
    COMMAND(import, "import", "FILE", 1, 1, "take a case from a bundle file into the store", NULL),
    CASE_COMMAND(verify, "verify", "CASE", 1, 1,
                 "check log, evidence and tables of a case for changes",
                 CASE_TEXT "\n\nExit status: 0 intact, 1 altered."),
    CASE_COMMAND(rebuild, "rebuild", "CASE", 1, 1, "make the tables of a case anew from its log",
                 CASE_TEXT),
    COMMAND(calibration, "calibration", NULL, 0, 0,
            "compare stated confidence with what came of it, over ended cases",
            "A case counts as right when its root cause stands and a remediation was verified, as "
            "wrong when the cause was disputed or its fix failed; other cases say nothing. \"off\" "
            "marks a band of ten cases or more whose gap is beyond 0.15."),
    COMMAND(gc, "gc", NULL, 0, 0, "delete stored content that no case uses", NULL),
    COMMAND(backup, "backup", "FILE", 1, 1, "write a consistent copy of the database", NULL),
    {.name = NULL},
};

const struct fm_command fm_cmd_case = {
    .name = "case",
    .summary = "work an incident as a case: evidence, hypotheses, fixes, reports",
    .subcommands = commands,
};
