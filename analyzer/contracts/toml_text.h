/*
 * toml_text.h - contract sets as TOML text.
 *
 * Layer: contracts. Shared by what writes sets: mine_toml.c and merge.c.
 */
#ifndef CP_CONTRACTS_TOML_TEXT_H
#define CP_CONTRACTS_TOML_TEXT_H

#include "facts/dtype.h"

/* "text" */
void cp_toml_put_text(cp_buf *out, cp_str text);
/* key = "text" */
void cp_toml_put(cp_buf *out, const char *key, cp_str text);
/* key = ["a", "b"], broken into lines where it is long */
void cp_toml_put_list(cp_buf *out, const char *key, const cp_str *items, size_t count);
/* key = ["float32", "bfloat16"], in the order of the table of dtypes */
void cp_toml_put_dtypes(cp_buf *out, const char *key, cp_dtypes set);

#endif
