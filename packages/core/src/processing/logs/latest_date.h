/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The year of logs whose time stamps have none (RFC 3164: "Feb  9 10:25:00") comes from the other
 * evidence of the incident: the latest date that begins a record anywhere.
 */
#ifndef FM_LOGS_LATEST_DATE_H
#define FM_LOGS_LATEST_DATE_H

#include "faultmaven/core/incident.h"

/* The end of the latest day that is written in full at the beginning of a line near either end of
 * an input; FM_TIME_NONE when there is none. */
fm_time fm_logs_latest_date(const struct fm_incident *in);

#endif
