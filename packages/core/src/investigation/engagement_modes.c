/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How FaultMaven takes part: as a consultant that answers, or as the lead that asks. An attribute
 * that shapes questions, never a state machine.
 */
#include "faultmaven/core/investigation.h"

struct fm_engagement_style fm_case_engagement(const struct fm_case *c)
{
    enum fm_engagement mode = c->engagement;
    if (!mode)
        mode = c->status == FM_CASE_INVESTIGATING ? FM_ENGAGEMENT_LEAD_INVESTIGATOR
                                                  : FM_ENGAGEMENT_CONSULTANT;
    if (mode == FM_ENGAGEMENT_CONSULTANT)
        return (struct fm_engagement_style){mode, 1, false};
    bool is_urgent = c->verification.urgency == FM_URGENCY_CRITICAL;
    return (struct fm_engagement_style){mode, is_urgent ? 1 : 2, true};
}
