"""Prints the requirements pyproject.toml declares, for pip versions that cannot read groups: [dev] adds that group."""

import sys
import tomllib
from pathlib import Path

project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
wanted = project["dependency-groups"][sys.argv[1]] if len(sys.argv) > 1 else project["project"]["dependencies"]
print("\n".join(wanted))  # noqa: T201
