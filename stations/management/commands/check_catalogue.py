"""``manage.py check_catalogue``: whether the files of station models are right, each by itself and all together."""

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from stations.catalogue import checks, files
from stations.catalogue.documents import ModelDocument


class Command(BaseCommand):
    """Checks the shipped models, or given files together with them."""

    help = "Checks files of the catalogue of station models. Without paths: those that come with the system."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which files, or a new schema."""
        parser.add_argument("paths", nargs="*", type=Path, help="Files, or folders of .json files.")
        parser.add_argument("--write-schema", action="store_true", help="Write the JSON schema anew.")

    def handle(self, *, paths: list[Path], write_schema: bool, **options: Any) -> None:
        """Prints the count, or ends with code 1 and one line for each problem."""
        if write_schema:
            files.SCHEMA_FILE.write_text(files.schema(), encoding="utf-8")
        documents, problems = _read(list(_files(paths or [files.MODELS])))
        shipped = [] if problems or not paths else _others(documents)
        problems += checks.problems(documents + shipped) or _outdated_schema()
        if problems:
            raise CommandError("\n".join(problems))
        self.stdout.write(f"{len(documents)} station models, no problems.")


def _files(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        if not path.exists():
            raise CommandError(f"{path}: there is no such file or folder.")
        yield from sorted(path.glob("*.json")) if path.is_dir() else [path]


def _read(paths: list[Path]) -> tuple[list[ModelDocument], list[str]]:
    documents, problems = [], []
    for path in paths:
        try:
            documents.append(files.read(path))
        except files.DocumentError as error:
            problems += error.problems
    return documents, problems


def _others(documents: list[ModelDocument]) -> list[ModelDocument]:
    """The shipped models, without those that ``documents`` replace."""
    replaced = {document.id for document in documents}
    return [document for document in files.shipped() if document.id not in replaced]


def _outdated_schema() -> list[str]:
    if files.SCHEMA_FILE.exists() and files.SCHEMA_FILE.read_text(encoding="utf-8") == files.schema():
        return []
    return [f"{files.SCHEMA_FILE.name} is not what the code says; run check_catalogue --write-schema."]
