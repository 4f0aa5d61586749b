"""Replay a case file through the real actions, and print where results differ from the expected ones."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from aftercare.guidance.models import ExpectedCourseSet
from aftercare.people.models import Clinic, Procedure
from aftercare.triage import LIMITS, ExpectedCourse
from clinic.rehearsal.case_file import CaseFile, read_case_file
from clinic.rehearsal.fields import CaseFileError
from clinic.rehearsal.runner import differences, rehearse


class Command(BaseCommand):
    help = (
        "Replay a case file. Nothing is kept and nothing is sent. Exit 1 where a result is not as expected."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--json", type=Path, metavar="OUT", help="write every step's result there")
        parser.add_argument("--clinic", metavar="SLUG", help="with this clinic's published expected courses")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            case_file = read_case_file(load(options["file"]))
            check_the_database()
            if options["clinic"]:
                courses = published_courses(options["clinic"])
                case_file = replace(case_file, courses=courses, limits=LIMITS, lowered=())
            self.replay(case_file, options["json"])
        except CaseFileError as error:
            raise CommandError(f"{options['file']}: {error}") from error

    def replay(self, case_file: CaseFile, out: Path | None) -> None:
        """Replay every case, print each difference and a summary; exit 1 if any result differs."""
        results, faults, found = [], list(case_file.faults), []
        for case, outcome in rehearse(case_file):
            if isinstance(outcome, CaseFileError):
                faults.append(str(outcome))
                continue
            results += [result.to_json() for result in outcome]
            for step, result in zip(case.steps, outcome, strict=True):
                found += [(case.id, difference) for difference in differences(result, step)]
        if out:
            write(out, results)
        for text in [*case_file.lowered, *faults, *(difference for _case, difference in found)]:
            self.stdout.write(text)
        differing = len({case for case, _difference in found})
        verdict = f"{len(found)} differences in {differing} cases" if found else "all as expected"
        unread = f"; {len(faults)} cases could not be rehearsed" if faults else ""
        self.stdout.write(f"{len(case_file.cases)} cases, {len(results)} steps: {verdict}{unread}")
        if found or faults:
            sys.exit(1)


def check_the_database() -> None:
    """Raise CommandError with the remedy if the tables do not exist yet."""
    try:
        Clinic.objects.exists()
    except DatabaseError as error:
        raise CommandError("The database is not set up. First run: manage.py migrate") from error


def load(path: Path) -> object:
    """Read a JSON file. Raises CommandError if it cannot be read or parsed."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise CommandError(f"{path} is not JSON: {error}") from error


def write(path: Path, results: list[dict[str, Any]]) -> None:
    try:
        path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}") from error


def published_courses(slug: str) -> Mapping[str, ExpectedCourse]:
    """Return the expected courses that the clinic published last, by kind of procedure."""
    clinic = Clinic.objects.filter(slug=slug).first()
    if clinic is None:
        raise CommandError(f"There is no clinic {slug!r}.")
    course_set = ExpectedCourseSet.objects.current_of(clinic.pk)
    if course_set is None:
        raise CommandError(f"The clinic {slug!r} has published no expected courses.")
    return {kind: course_set.course_of(kind) for kind in Procedure.Kind.values}
