"""PEP 517 back end: `pip install .` builds the release with make and packs the program.

Standard library only. The version is that of the file VERSION; what the package is called,
says of itself and needs stands in pyproject.toml and, for the metadata, in METADATA here.
"""

import base64
import gzip
import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile

NAME = "castproof"
BINARY = "build/release/portable/castproof"
PIP_PRIVATE = ("_PYPROJECT_HOOKS_", "PEP517_")
# libclang of PyPI: what reads CUDA and C++ files. Pinned, for what is mined depends on it.
LIBCLANG = "libclang==18.1.1"
METADATA = f"""\
Metadata-Version: 2.1
Name: {NAME}
Version: {{version}}
Summary: Finds dtype casts around Mixture-of-Experts routing that kernels no longer need
License: Apache-2.0
License-File: LICENSE
Keywords: static analysis,CUDA,mixture of experts,dtype
Classifier: Development Status :: 4 - Beta
Classifier: Environment :: Console
Classifier: Intended Audience :: Developers
Classifier: Operating System :: POSIX :: Linux
Classifier: Topic :: Software Development :: Quality Assurance
Requires-Python: >=3.8
Provides-Extra: cuda
Requires-Dist: {LIBCLANG}; extra == "cuda"
Description-Content-Type: text/markdown

"""
# What every Linux with that glibc has, as the policies of manylinux list it.
ALWAYS_THERE = re.compile(r"^(libc|libm|libdl|libpthread|librt)\.so\.\d+$|^ld-linux")
# Of the libraries that are linked into the program, on Debian and its kin.
BUILT_IN = ("libgit2-dev", "libjansson-dev", "libmbedtls-dev", "libhttp-parser-dev",
            "libllhttp-dev", "libpcre2-dev", "zlib1g-dev")


def version():
    with open("VERSION", encoding="utf-8") as file:
        return file.read().strip()


def metadata():
    text = METADATA.format(version=version())
    if os.path.exists("README.md"):
        with open("README.md", encoding="utf-8") as file:
            text += file.read()
    return text


def objdump(*options):
    listed = subprocess.run(["objdump", *options, BINARY], check=True, capture_output=True,
                            env={**os.environ, "LC_ALL": "C"})
    return listed.stdout.decode()


def platform_tag():
    """manylinux_X_Y by the newest glibc symbol, where the program needs only glibc."""
    tag = sysconfig.get_platform().replace("-", "_").replace(".", "_")
    if not tag.startswith("linux_"):
        return tag
    headers = objdump("-p")
    needed = re.findall(r"^\s*NEEDED\s+(\S+)", headers, re.MULTILINE)
    versions = [tuple(map(int, v.split("."))) for v in re.findall(r"\bGLIBC_([\d.]+)", headers)]
    if not versions or not all(ALWAYS_THERE.match(name) for name in needed):
        return tag
    major, minor = max(versions)[:2]
    return f"manylinux_{major}_{minor}_{tag[len('linux_'):]}"


def record_line(name, data):
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    return f"{name},sha256={digest},{len(data)}\n"


def make_binary():
    make = ["make", f"-j{os.cpu_count() or 1}", "VARIANT=release", "DEPS=build", BINARY]
    # pip tells this back end by the environment where it lies, which is not for the pip
    # that make starts.
    env = {k: v for k, v in os.environ.items() if not k.startswith(PIP_PRIVATE)}
    subprocess.run(make, check=True, env={**env, "PYTHON": sys.executable})


def stripped():
    """The program without what only debuggers read."""
    if not shutil.which("strip"):
        return read(BINARY)
    subprocess.run(["strip", "-o", f"{BINARY}.stripped", BINARY], check=True)
    return read(f"{BINARY}.stripped")


def read(path):
    with open(path, "rb") as file:
        return file.read()


def licenses():
    """Ours, and those of what is linked into the program."""
    yield "LICENSE", read("LICENSE")
    for package in BUILT_IN:
        path = f"/usr/share/doc/{package}/copyright"
        if platform_tag().startswith("manylinux") and os.path.isfile(path):
            yield f"{package}.txt", read(path)


# What the program writes of itself, and where shells and man look for it.
WRITTEN = {
    "share/man/man1/castproof.1": ("manual",),
    "share/bash-completion/completions/castproof": ("completions", "bash"),
    "share/zsh/site-functions/_castproof": ("completions", "zsh"),
    "share/fish/vendor_completions.d/castproof.fish": ("completions", "fish"),
}


def wheel_files(info, tag):
    """Names, bytes and modes of all files but RECORD."""
    wheel = f"Wheel-Version: 1.0\nGenerator: {NAME}\nRoot-Is-Purelib: false\nTag: {tag}\n"
    data = f"{NAME}-{version()}.data"
    for name in ("__init__.py", "__main__.py", "capture.py"):
        yield f"{NAME}/{name}", read(f"tools/wheel/{name}"), 0o644
    yield f"{data}/scripts/{NAME}", stripped(), 0o755
    for name, words in WRITTEN.items():
        text = subprocess.run([BINARY, *words], check=True, stdout=subprocess.PIPE).stdout
        yield f"{data}/data/{name}", text, 0o644
    yield f"{info}/METADATA", metadata().encode(), 0o644
    yield f"{info}/WHEEL", wheel.encode(), 0o644
    for name, text in licenses():
        yield f"{info}/licenses/{name}", text, 0o644


def get_requires_for_build_wheel(config_settings=None):
    return []


def get_requires_for_build_sdist(config_settings=None):
    return []


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    make_binary()
    info = f"{NAME}-{version()}.dist-info"
    tag = f"py3-none-{platform_tag()}"
    files = list(wheel_files(info, tag))
    record = "".join(record_line(name, data) for name, data, _ in files)
    files.append((f"{info}/RECORD", f"{record}{info}/RECORD,,\n".encode(), 0o644))

    result = f"{NAME}-{version()}-{tag}.whl"
    path = os.path.join(wheel_directory, result)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data, mode in files:
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (0o100000 | mode) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            out.writestr(entry, data)
    return result


def source_files():
    """What git tracks; in an unpacked sdist, which has no git, all that is there."""
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], check=True, capture_output=True)
        names = [name for name in listed.stdout.decode().split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        names = []
    if not names:  # an sdist within a repository that does not track it, too
        for folder, folders, files in os.walk("."):
            folders[:] = sorted(f for f in folders if f not in ("build", "dist", ".git"))
            names += [os.path.relpath(os.path.join(folder, f), ".") for f in files]
    return sorted(name for name in names if os.path.isfile(name) and name != "PKG-INFO")


def build_sdist(sdist_directory, config_settings=None):
    base = f"{NAME}-{version()}"
    path = os.path.join(sdist_directory, f"{base}.tar.gz")
    with gzip.GzipFile(path, "wb", mtime=0) as packed:
        with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as out:
            for name in source_files():
                out.add(name, f"{base}/{name}", recursive=False)
            data = metadata().encode()
            entry = tarfile.TarInfo(f"{base}/PKG-INFO")
            entry.size = len(data)
            out.addfile(entry, io.BytesIO(data))
    return os.path.basename(path)
