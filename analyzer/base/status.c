#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>

cp_status cp_fail(cp_err *err, cp_status code, const char *fmt, ...)
{
    if (!err)
        return code;
    err->code = code;
    va_list args;
    va_start(args, fmt);
    vsnprintf(err->msg, sizeof err->msg, fmt, args);
    va_end(args);
    return code;
}
