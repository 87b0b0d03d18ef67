/* SPDX-License-Identifier: Apache-2.0 */
/* The signal that starts from an alert and walks down the call graph. */
#ifndef FAULTMAVEN_CORE_SERVICES_SYMPTOM_H
#define FAULTMAVEN_CORE_SERVICES_SYMPTOM_H

#include "diagnosis/services/model.h"

void svc_symptom(struct svc_model *m);

#endif
