"""The peers' own environment: given, or made once in the user's cache."""

import hashlib
import os
import re
import subprocess
import sys
import venv
from importlib.metadata import requires, version

from index.errors import UserError

EXTRA = "bench"


def packages() -> list[str]:
    """The requirements of the extra `bench`.

    Raises:
        UserError: If the installed article-qa has no such extra.
    """
    names = []
    for requirement in requires("article-qa") or ():
        name, _, marker = requirement.partition(";")
        if re.search(rf"extra\s*==\s*['\"]{EXTRA}['\"]", marker):
            names.append(name.strip())
    if not names:
        raise UserError(
            "the installed article-qa does not know the peers' packages; install it again, or "
            f"make an environment with those of its extra '{EXTRA}' and name it with --python"
        )
    return names


def make_environment() -> str:
    """The interpreter of an environment with the peers, which is created if it is missing.

    Raises:
        UserError: If the packages cannot be installed.
    """
    from platformdirs import user_cache_path

    # The same torch as ours: a newer one would be measured instead of the systems.
    torch = f"torch=={version('torch').partition('+')[0]}"
    wanted = [torch, *packages()]
    digest = hashlib.sha256("\n".join([sys.version, *wanted]).encode()).hexdigest()[:12]
    folder = user_cache_path("article-qa", appauthor=False) / f"peers-{digest}"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    done = folder / "installed"
    if not done.exists():
        venv.create(folder, with_pip=True, clear=True)
        # torch first: the resolver then keeps the build that is there.
        for names in ([torch], wanted):
            command = [str(python), "-m", "pip", "install", "--quiet", *names]
            if subprocess.run(command, check=False).returncode:  # noqa: S603 - our own list
                raise UserError(f"{folder}: pip could not install {' '.join(names)}")
        done.touch()
    return str(python)
