/* model.h - a slow, obvious profile to compare with: what was added, summed by text.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef MODEL_H
#define MODEL_H

#include "rg_profile.h"

/* A place in the code by names.  */
struct place {
    const char *object, *file, *function; /* of the function */
    uint32_t level;
    const char *pos_file;
    uint32_t line;
    uint64_t addr;
};

struct model; /* opaque */

/* A model and, filled with the same, a profile.  The profile belongs to the model.  */
struct model *model_new(unsigned nevents, bool with_line, bool with_addr);
void model_free(struct model *m);
struct rg_profile *model_profile(struct model *m);

void model_cost(struct model *m, struct place at, const uint64_t *cost);

/* TO's position is the target of the calls.  */
void model_call(struct model *m, struct place from, struct place to, uint64_t calls, const uint64_t *cost);

/* What a reader must find in the written profile, as texts of cg_record_text, sorted.  To be freed with model_free_texts.  */
char **model_texts(const struct model *m, size_t *n);
void model_free_texts(char **texts, size_t n);

/* The records of the finished profile itself as such texts, in its order.  */
char **model_profile_texts(const struct rg_profile *p, size_t *n_costs, size_t *n_calls);

/* The sums of all costs added.  */
const uint64_t *model_totals(const struct model *m);

#endif
