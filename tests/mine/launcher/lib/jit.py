from . import env


def gen_module():
    return make_spec("launcher", [env.CSRC / "launcher.cu", env.CSRC / "export.cu"])
