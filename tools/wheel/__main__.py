"""`python -m castproof`: runs the program that was installed beside this package."""

import os
import sys
import sysconfig


def places():
    yield sysconfig.get_path("scripts")
    for scheme in sysconfig.get_scheme_names():
        if scheme.endswith("_user"):
            yield sysconfig.get_path("scripts", scheme)
    # pip install --target, where the program is in a folder beside the package
    yield os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "bin")


def main():
    tried = [os.path.join(place, "castproof") for place in places()]
    for program in tried:
        if os.path.isfile(program) and os.access(program, os.X_OK):
            os.execv(program, [program, *sys.argv[1:]])
    print("castproof: the program is in none of:", *tried, sep="\n  ", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
