def gen_module():
    return make_spec("run", ["csrc/run.cu"])
