# sizes.awk: functions of more than 60 lines, files of more than 400 fail.
function file_ends()
{
    if (lines > 400) {
        print file ": " lines " lines, the limit is 400: split it"
        bad = 1
    }
}
FNR == 1 {
    file_ends()
    file = FILENAME
    start = 0
}
{
    lines = FNR
}
/^[{]$/ {
    start = FNR
}
/^[}]$/ && start {
    if (FNR - start - 1 > 60) {
        print FILENAME ":" start ": a function of " FNR - start - 1 " lines, the limit is 60"
        bad = 1
    }
    start = 0
}
END {
    file_ends()
    exit bad
}
