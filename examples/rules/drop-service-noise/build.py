"""Builds rule.wasm. The first time it sets up its tools in .venv."""

import os
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
CONTRACT = HERE / "../../../wit"
VENV = HERE / ".venv"
TOOLS = VENV / ("Scripts" if os.name == "nt" else "bin")
WANTED = HERE / "requirements.txt"
INSTALLED = VENV / WANTED.name


def set_up() -> None:
    """Installs what requirements.txt names, unless that is done."""
    if INSTALLED.is_file() and INSTALLED.read_bytes() == WANTED.read_bytes():
        return
    venv.create(VENV, with_pip=True)
    subprocess.run([TOOLS / "python", "-m", "pip", "install", "--quiet", "--requirement", WANTED], check=True)
    INSTALLED.write_bytes(WANTED.read_bytes())


def build() -> None:
    """Makes the component. Its stand-ins for WASI are what keeps it free of imports."""
    contract = ["--wit-path", CONTRACT, "--world", "activity-rule"]
    command = [TOOLS / "componentize-py", *contract, "componentize", "--stub-wasi", "rule", "--output", "rule.wasm"]
    subprocess.run(command, cwd=HERE, env={**os.environ, "VIRTUAL_ENV": str(VENV)}, check=True)


if __name__ == "__main__":
    try:
        set_up()
        build()
    except subprocess.CalledProcessError as error:
        sys.exit(f"build.py: {Path(error.cmd[0]).name} failed")
