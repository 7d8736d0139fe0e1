# layers.awk -v layers='base read ...': an include of a later layer fails.
# kernels/ is C of its own: it includes base/ and itself, and validation/ and later use it.
BEGIN {
    n = split(layers, l, " ")
    for (i = 1; i <= n; i++)
        at[l[i]] = i
}
FNR == 1 {
    split(FILENAME, p, "/")
    mine = p[1] == "kernels" ? "kernels" : p[2]
}
/^#include "/ {
    split($2, q, /["\/]/)
    wants = q[2]
    if (mine == "kernels")
        wrong = wants in at && wants != "base"
    else if (wants == "kernels")
        wrong = at[mine] < at["validation"]
    else
        wrong = at[wants] > at[mine]
    if (wrong) {
        print FILENAME ":" FNR ": layer " mine " must not include: " $0
        bad = 1
    }
}
END {
    exit bad
}
