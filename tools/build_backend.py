"""PEP 517 back end: `pip install .` builds the release with make and packs the binary.

Standard library only. The version is that of the file VERSION.
"""

import base64
import gzip
import hashlib
import io
import os
import subprocess
import sys
import sysconfig
import tarfile
import zipfile

NAME = "castproof"
BINARY = "build/release/castproof"
PIP_PRIVATE = ("_PYPROJECT_HOOKS_", "PEP517_")


def version():
    with open("VERSION", encoding="utf-8") as file:
        return file.read().strip()


def metadata():
    text = [
        "Metadata-Version: 2.1",
        f"Name: {NAME}",
        f"Version: {version()}",
        "Summary: Finds dtype casts around Mixture-of-Experts routing"
        " that kernels no longer need",
        "License: Apache-2.0",
        "Requires-Python: >=3.8",
    ]
    if os.path.exists("README.md"):
        with open("README.md", encoding="utf-8") as file:
            text += ["Description-Content-Type: text/markdown", "", file.read()]
    return "\n".join(text) + "\n"


def platform_tag():
    return sysconfig.get_platform().replace("-", "_").replace(".", "_")


def record_line(name, data):
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    return f"{name},sha256={digest},{len(data)}\n"


def wheel_info():
    """The names and texts of the wheel's own description."""
    tag = f"py3-none-{platform_tag()}"
    info = f"{NAME}-{version()}.dist-info"
    wheel = f"Wheel-Version: 1.0\nGenerator: {NAME}\nRoot-Is-Purelib: false\nTag: {tag}\n"
    return tag, info, {"METADATA": metadata(), "WHEEL": wheel}


def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    _, info, texts = wheel_info()
    os.mkdir(os.path.join(metadata_directory, info))
    for name, text in texts.items():
        with open(os.path.join(metadata_directory, info, name), "w", encoding="utf-8") as file:
            file.write(text)
    return info


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    make = ["make", f"-j{os.cpu_count() or 1}", "VARIANT=release", "DEPS=build", BINARY]
    # pip tells this back end by the environment where it lies, which is not for the pip
    # that make starts.
    env = {k: v for k, v in os.environ.items() if not k.startswith(PIP_PRIVATE)}
    subprocess.run(make, check=True, env={**env, "PYTHON": sys.executable})
    with open(BINARY, "rb") as file:
        binary = file.read()
    tag, info, texts = wheel_info()
    files = [(f"{NAME}-{version()}.data/scripts/{NAME}", binary, 0o755)]
    files += [(f"{info}/{name}", text.encode(), 0o644) for name, text in texts.items()]
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
