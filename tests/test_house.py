"""Rules of the house that no single test file can watch over."""

import ast
import hashlib
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

ROOT = Path(settings.BASE_DIR)
CODE = ("emobility", "stations", "loadmgmt", "roaming", "tests", "benchmarks", "templates", "static")
SOURCE_SUFFIXES = {".py", ".html", ".css", ".js"}
MAXIMUM_LINES = 400
VERSION_SPEAKERS = {"stations/ocpp/v16.py", "stations/ocpp/v16_requests.py"}
LEFT_TO_THE_OWNER = {
    "security.W005",  # whether all subdomains speak HTTPS, and
    "security.W021",  # whether browsers may be told for good, the domain's owner decides;
    "security.W008",  # the proxy that ends TLS redirects.
}
VERSION_WORD = re.compile(r"(ocpp)?(1\.[256]|2\.[01](\.\d)?)")


def source_files(suffixes: set[str]) -> Iterator[Path]:
    """Our own files: no vendored ones, no generated migrations."""
    for folder in CODE:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in suffixes and not {"vendor", "migrations"} & set(path.relative_to(ROOT).parts):
                yield path


def name_of(path: Path) -> str:
    """Path within the project, as it is written in messages."""
    return path.relative_to(ROOT).as_posix()


@pytest.mark.django_db
def test_migrations_are_complete():
    call_command("makemigrations", check=True, dry_run=True, verbosity=1)


def test_imports_keep_to_the_layers():
    program = shutil.which("lint-imports", path=Path(sys.executable).parent)
    done = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_settings_are_safe_to_deploy(tmp_path):
    environment = {
        "PATH": "/usr/bin:/bin",
        "DATA_DIR": str(tmp_path),
        "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-",
        "PUBLIC_URL": "https://portal.example.org",
        "REDIS_URL": "redis://127.0.0.1:1/0",
    }
    command = [sys.executable, "manage.py", "check", "--deploy"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert set(re.findall(r"\((\w+\.[WEC]\d+)\)", done.stderr)) == LEFT_TO_THE_OWNER


def test_files_stay_short():
    lengths = {name_of(path): len(path.read_text().splitlines()) for path in source_files(SOURCE_SUFFIXES)}
    assert len(lengths) > 30
    assert {name: lines for name, lines in lengths.items() if lines > MAXIMUM_LINES} == {}


def version_checks(tree: ast.AST) -> list[int]:
    """Lines that compare something with the name of an OCPP version."""
    compared = [operand for node in ast.walk(tree) if isinstance(node, ast.Compare) for operand in operands(node)]
    compared += [node.value for node in ast.walk(tree) if isinstance(node, ast.MatchValue)]
    return [
        constant.lineno
        for operand in compared
        for constant in ast.walk(operand)
        if isinstance(constant, ast.Constant) and VERSION_WORD.fullmatch(str(constant.value))
    ]


def operands(comparison: ast.Compare) -> list[ast.expr]:
    """Both sides of a comparison."""
    return [comparison.left, *comparison.comparators]


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("if version == '1.6': pass", [1]),
        ("if station.ocpp_version in ('ocpp1.6', 'ocpp2.0.1'): pass", [1, 1]),
        ("match version:\n  case '2.1': pass", [2]),
        ("VERSION = '1.6'", []),
        ("if number == 16: pass", []),
    ],
)
def test_version_checks_are_recognised(code, lines):
    assert version_checks(ast.parse(code)) == lines


def test_only_translators_know_ocpp_versions():
    found = {
        name_of(path): lines
        for path in source_files({".py"})
        if path.parts[len(ROOT.parts)] not in {"tests", "benchmarks"}
        and name_of(path) not in VERSION_SPEAKERS
        and (lines := version_checks(ast.parse(path.read_text())))
    }
    assert found == {}


def test_pages_have_no_inline_script_or_style():
    inline = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=\"", re.IGNORECASE)
    pages = {name_of(path): inline.findall(path.read_text()) for path in source_files({".html"})}
    assert {name: found for name, found in pages.items() if found} == {}


def test_vendored_files_are_listed_with_their_checksums():
    vendor = ROOT / "static" / "vendor"
    readme = (vendor / "README.md").read_text()
    missing = [
        name_of(path)
        for path in sorted(vendor.rglob("*"))
        if path.is_file() and path.name != "README.md" and not listed(path, vendor, readme)
    ]
    assert missing == []


def listed(path: Path, vendor: Path, readme: str) -> bool:
    """Whether a line of the README has the file's name and its SHA-256 (a licence: its name)."""
    name, checksum = path.relative_to(vendor).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest()
    return any(name in line and (checksum in line or path.name == "LICENSE") for line in readme.splitlines())
