/* SPDX-License-Identifier: Apache-2.0 */
/* One rule per type of change (models/proposal.h). Each checks, then emits; see step.h. body is the
 * rule's own copy. */
#ifndef FM_CORE_INVESTIGATION_RULES_H
#define FM_CORE_INVESTIGATION_RULES_H

#include "step.h"

typedef enum fm_code (*rule_fn)(struct fm_turn_work *w, const struct fm_change *change, void *body);

enum fm_code rule_propose_statement(struct fm_turn_work *w, const struct fm_change *change,
                                    void *body);
enum fm_code rule_intent(struct fm_turn_work *w, const struct fm_change *change, void *body);
enum fm_code rule_set_title(struct fm_turn_work *w, const struct fm_change *change, void *body);
enum fm_code rule_set_member(struct fm_turn_work *w, const struct fm_change *change, void *body);
enum fm_code rule_relate(struct fm_turn_work *w, const struct fm_change *change, void *body);

enum fm_code rule_add_evidence(struct fm_turn_work *w, const struct fm_change *change, void *body);
enum fm_code rule_withdraw_evidence(struct fm_turn_work *w, const struct fm_change *change,
                                    void *body);
enum fm_code rule_update_verification(struct fm_turn_work *w, const struct fm_change *change,
                                      void *body);
enum fm_code rule_record_change(struct fm_turn_work *w, const struct fm_change *change, void *body);
enum fm_code rule_request_evidence(struct fm_turn_work *w, const struct fm_change *change,
                                   void *body);
enum fm_code rule_ask_again(struct fm_turn_work *w, const struct fm_change *change, void *body);
enum fm_code rule_answer_request(struct fm_turn_work *w, const struct fm_change *change,
                                 void *body);

enum fm_code rule_add_hypothesis(struct fm_turn_work *w, const struct fm_change *change,
                                 void *body);
enum fm_code rule_update_hypothesis(struct fm_turn_work *w, const struct fm_change *change,
                                    void *body);
enum fm_code rule_link(struct fm_turn_work *w, const struct fm_change *change, void *body);

enum fm_code rule_set_milestone(struct fm_turn_work *w, const struct fm_change *change, void *body);
enum fm_code rule_root_cause(struct fm_turn_work *w, const struct fm_change *change, void *body);
enum fm_code rule_conclusion(struct fm_turn_work *w, const struct fm_change *change, void *body);

enum fm_code rule_add_solution(struct fm_turn_work *w, const struct fm_change *change, void *body);
enum fm_code rule_update_solution(struct fm_turn_work *w, const struct fm_change *change,
                                  void *body);

enum fm_code rule_select_path(struct fm_turn_work *w, const struct fm_change *change, void *body);
enum fm_code rule_prefer(struct fm_turn_work *w, const struct fm_change *change, void *body);
enum fm_code rule_wait(struct fm_turn_work *w, const struct fm_change *change, void *body);
enum fm_code rule_loop_back(struct fm_turn_work *w, const struct fm_change *change, void *body);
enum fm_code rule_suggest_degraded(struct fm_turn_work *w, const struct fm_change *change,
                                   void *body);
enum fm_code rule_resolve_escalation(struct fm_turn_work *w, const struct fm_change *change,
                                     void *body);
enum fm_code rule_document(struct fm_turn_work *w, const struct fm_change *change, void *body);
enum fm_code rule_action_item(struct fm_turn_work *w, const struct fm_change *change, void *body);

#endif
