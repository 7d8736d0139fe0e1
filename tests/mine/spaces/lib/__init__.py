def narrow(x):
    make_spec("narrow", ["narrow.cu"]).build_and_load().narrow(x)


def wide(x, packed):
    make_spec("wide", ["wide.cu"]).build_and_load().wide(x, packed)
