def gen_module():
    return gen_jit_spec("ways", ["csrc/ways.cu"])
