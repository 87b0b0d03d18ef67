/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FM_SIGNATURES_PROPOSE_H
#define FM_SIGNATURES_PROPOSE_H

#include "signature.h"

/* The component that a file is about, from its name: "logs/cart-6b9f7d5c4-x2x8p.log" → "cart". */
fm_str fm_name_from_path(fm_str path);

#endif
