"""The file has every column of every table about a patient, or says why not."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import ForeignKey, Model

from aftercare.checkins.models import Assessment, CheckIn
from aftercare.checkins.own_data.part import Part
from aftercare.checkins.own_data.parts import EVERY, LISTS
from aftercare.checkins.own_data.record_parts import ASSESSMENT, FINDING
from aftercare.people.models import Event, Patient, User

PEOPLE = (User, Patient, CheckIn, Assessment, Event)
# Tables that point to a person, or to a row of a person's, and are no part of the file.
ELSEWHERE = {
    "people.EventDetail": "as `details` of its event",
    "people.StaffMember": "work, not care",
    "people.StaffInvitation": "work, not care",
    "checkins.ClusterReport": "its check-in and what it fired are in the file; the others of a cluster are not theirs",
    "checkins.ClusterElsewhere": "its check-in is in the file; the clusters of other clinics are not theirs",
    "checkins.ClusterLook": "what was done at the clinic about several patients",
    "alerts.Dispatch": "when staff are told; the alert is in the file",
    "alerts.Drill": "work, not care",
    "alerts.Override": "work, not care",
    "guidance.Article": "who edits it",
    "guidance.ExpectedCourseSet": "who published it",
    "guidance.AnswerConfirmation": "who confirmed it",
}
# Rooms of other packages, for editors.
EDITORS = ("wagtailcore", "wagtailadmin", "wagtailusers", "wagtailimages", "wagtaildocs", "admin")


@pytest.mark.parametrize("part", EVERY, ids=lambda part: part.key)
def test_each_column_is_in_the_file_or_left_out_for_a_reason(part: Part) -> None:
    columns = {column.name for column in part.model._meta.fields}
    assert columns == {*part.fields, *part.left_out}
    assert not set(part.fields) & set(part.left_out)
    assert all(part.left_out.values())


def pointing_to_people() -> set[type[Model]]:
    return {
        model
        for model in apps.get_models()
        for column in model._meta.fields
        if isinstance(column, ForeignKey) and column.related_model in PEOPLE
    }


def test_each_table_about_a_person_is_a_part() -> None:
    parts = {part.model for part in EVERY}
    missing = {
        model._meta.label
        for model in pointing_to_people() - parts
        if model._meta.app_label not in EDITORS and model._meta.label not in ELSEWHERE
    }
    assert missing == set()
    assert {model._meta.label for model in pointing_to_people()} >= ELSEWHERE.keys()


def test_the_page_about_the_file_lists_its_keys() -> None:
    text = (Path(settings.BASE_DIR) / "docs/own-data.md").read_text()
    rows = [line.split("`")[1] for line in text.splitlines() if line.startswith("| `")]
    assert rows == ["about", "person", "record", "consents", *(part.key for part in LISTS)]
    assert {ASSESSMENT.key, FINDING.key} == {"assessments", "findings"}
