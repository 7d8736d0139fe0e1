/*
 * status.h - how a castproof function says that it failed.
 *
 * Layer: base.
 */
#ifndef CP_BASE_STATUS_H
#define CP_BASE_STATUS_H

#define CP_MUST_CHECK __attribute__((warn_unused_result))
#define CP_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

typedef enum cp_status {
    CP_OK = 0,
    CP_ERR_IO,      /* the operating system refused */
    CP_ERR_SYNTAX,  /* input text is not what it should be */
    CP_ERR_RANGE,   /* an offset or index outside its text: a bug in the caller */
    CP_ERR_OVERLAP, /* two edits want the same bytes */
    CP_ERR_USAGE,   /* the command line or the settings ask for what cannot be done */
} cp_status;

/* Filled in by the function that fails; untouched on success. */
typedef struct cp_err {
    cp_status code;
    char msg[480];
} cp_err;

/* Records code and message in `err` (may be NULL) and returns `code`. */
cp_status cp_fail(cp_err *err, cp_status code, const char *fmt, ...) CP_PRINTF(3, 4);

#endif
