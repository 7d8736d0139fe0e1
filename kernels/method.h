/*
 * method.h - the routing methods as steps: score, choose, weigh.
 *
 * Layer: kernels. Compiles as C11, C++17 and CUDA. route.h says what each does and
 * where that is from.
 */
#ifndef CP_KERNELS_METHOD_H
#define CP_KERNELS_METHOD_H

#include "kernels/dtype.h"

typedef enum cp_method {
#define CP_METHOD(member, name, score, biased, grouped, weight) CP_METHOD_##member,
#include "kernels/method.def"
#undef CP_METHOD
    CP_METHOD_COUNT, /* not a method */
} cp_method;

/* What an expert is chosen by, before a bias. */
typedef enum cp_score {
    CP_SCORE_LOGIT,
    CP_SCORE_SOFTMAX, /* over all experts */
    CP_SCORE_SIGMOID,
    CP_SCORE_SQRT_SOFTPLUS,
} cp_score;

/* What is made of the scores of the chosen. */
typedef enum cp_weight {
    CP_WEIGHT_AS_SCORED,
    CP_WEIGHT_SIGMOID,
    CP_WEIGHT_SOFTMAX,       /* over the chosen */
    CP_WEIGHT_SHARE,         /* s / sum */
    CP_WEIGHT_FLOORED_SHARE, /* s / max(sum, 1e-20) */
    CP_WEIGHT_SCALED_SHARE,  /* s / (sum + 1e-20) * scale */
} cp_weight;

typedef struct cp_steps {
    cp_score score;
    int32_t biased, grouped;
    cp_weight weight;
} cp_steps;

CP_HD cp_steps cp_method_steps(cp_method method)
{
    cp_steps steps = {CP_SCORE_LOGIT, 0, 0, CP_WEIGHT_AS_SCORED};
    switch (method) {
#define CP_METHOD(member, name, score_, biased_, grouped_, weight_)                      \
    case CP_METHOD_##member:                                                             \
        steps.score = CP_SCORE_##score_;                                                 \
        steps.biased = biased_;                                                          \
        steps.grouped = grouped_;                                                        \
        steps.weight = CP_WEIGHT_##weight_;                                              \
        break;
#include "kernels/method.def"
#undef CP_METHOD
    case CP_METHOD_COUNT:
        break;
    }
    return steps;
}

#endif
