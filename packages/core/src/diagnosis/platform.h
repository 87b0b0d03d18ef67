/* SPDX-License-Identifier: Apache-2.0 */
/* Commands that fit the machine the incident happened on. */
#ifndef FM_CORE_DIAGNOSIS_PLATFORM_H
#define FM_CORE_DIAGNOSIS_PLATFORM_H

#include "faultmaven/core/incident.h"

/* command, or "" when it is one of kubectl and nothing in the evidence comes from a cluster; a
 * restart of a deployment becomes one of a systemd unit then. */
fm_str fm_platform_command(const struct fm_incident *in, fm_str command);

#endif
