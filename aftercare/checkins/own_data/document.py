"""The file of a patient's own data, as a value that can be written as JSON."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.db.models import ForeignKey, Model, QuerySet
from django.utils.translation import gettext as _
from wagtail.models import Revision

from aftercare.alerts.actions.patient_messages import TEXTS
from aftercare.alerts.models import Letter
from aftercare.checkins.models import Assessment, CheckIn
from aftercare.checkins.own_data.part import Part
from aftercare.checkins.own_data.parts import LISTS
from aftercare.checkins.own_data.person_parts import PERSON
from aftercare.checkins.own_data.record_parts import ASSESSMENT, FINDING, RECORD
from aftercare.checkins.wording import told
from aftercare.guidance.models import ArticleRead
from aftercare.people.models import Clinic, ContactPoint, Event, Operator, Patient, Procedure, User

FORMAT, VERSION = "aftercare-own-data", 1
Kind = ContactPoint.Kind
Row = dict[str, Any]
# Rows that the file names; of others it has the id.
NAMED = (User, Operator, Clinic, Revision)


def own_data(patient: Patient, now: datetime) -> Row:
    """Return everything that is kept about the person at this clinic; other clinics have files of their own.

    The number of queries does not depend on the number of rows.
    """
    zone = patient.clinic.zone
    lists = {part.key: [row_of(part, one, zone) for one in rows_of(part, patient)] for part in LISTS}
    about = {
        "format": FORMAT,
        "version": VERSION,
        "made_at": plain(now, zone),
        "time_zone": patient.clinic.time_zone,
        "only_of_clinic": patient.clinic.name,
    }
    return {
        "about": about,
        "person": row_of(PERSON, patient.user, zone),
        "record": row_of(RECORD, patient, zone),
        "consents": consents_of(patient, zone),
        **lists,
    }


def rows_of(part: Part, patient: Patient) -> QuerySet[Any]:
    """Return the rows of a part, with the people and prefetched rows that it names."""
    rows = part.model._default_manager.filter(part.wanted(patient)).order_by(*part.order)
    if named := [name for name in part.fields if is_named(part.model, name)]:
        rows = rows.select_related(*named)
    return rows.prefetch_related(*part.prefetch)


def is_named(model: type[Model], name: str) -> bool:
    """Return True for a column that points to a person, a clinic or an article."""
    column = model._meta.get_field(name)
    return isinstance(column, ForeignKey) and issubclass(column.related_model, NAMED)


def row_of(part: Part, row: Model, zone: ZoneInfo) -> Row:
    """Return the columns of a row, choices in words beside their code, and what the part adds."""
    found: Row = {}
    for name in part.fields:
        column = part.model._meta.get_field(name)
        source = name if is_named(part.model, name) else getattr(column, "attname", name)
        found[name] = plain(getattr(row, source), zone)
        if getattr(column, "choices", None) and found[name]:
            found[f"{name}_in_words"] = str(getattr(row, f"get_{name}_display")())
    more = MORE.get(part.model)
    return {**found, **more(row, zone)} if more else found


def plain(value: Any, zone: ZoneInfo) -> Any:
    """Return a value for JSON: instants with the clinic's offset, people by name, other rows by id."""
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat(timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, User):
        return value.get_full_name() or _("Somebody of the clinic")
    if value is None or isinstance(value, bool | int | float | list | dict):
        return value
    return str(value)


def consents_of(patient: Patient, zone: ZoneInfo) -> list[Row]:
    """Return each yes: at enrolment, to the text on data and privacy, and to the use with this clinic too."""
    verbs = (Event.Verb.ENROLLED, Event.Verb.JOINED, Event.Verb.AGREED)
    events = patient.events.filter(verb__in=verbs).select_related("actor").order_by("at", "pk")
    return [
        {
            "at": plain(event.at, zone),
            "written_by": plain(event.actor, zone),
            "what": event.verb,
            "given": bool(event.data.get("consent", event.verb != Event.Verb.ENROLLED)),
        }
        for event in events
    ]


def more_of_record(row: Model, _zone: ZoneInfo) -> Row:
    answers = cast(Patient, row).intake_answers()
    return {"intake": [{"question": one.question, "answer": one.word} for one in answers]}


def more_of_check_in(row: Model, zone: ZoneInfo) -> Row:
    """Return the answers in words, and every evaluation with its findings."""
    check_in = cast(CheckIn, row)
    words = [{"question": question, "answer": answer} for question, answer in told(check_in.given)]
    again = [row_of(ASSESSMENT, one, zone) for one in check_in.assessments.all()]
    return {"answers_in_words": words, "assessments": again}


def more_of_assessment(row: Model, zone: ZoneInfo) -> Row:
    findings = cast(Assessment, row).findings.all()
    return {"findings": [row_of(FINDING, one, zone) for one in findings]}


def more_of_event(row: Model, _zone: ZoneInfo) -> Row:
    return {"details": cast(Event, row).details}


def more_of_letter(row: Model, _zone: ZoneInfo) -> Row:
    return {"text": str(TEXTS[Letter.Template(cast(Letter, row).template)])}


def more_of_way(row: Model, _zone: ZoneInfo) -> Row:
    point = cast(ContactPoint, row)
    return {"number": point.address if point.kind in (Kind.SMS, Kind.VOICE, Kind.EMAIL) else ""}


def more_of_treatment(row: Model, _zone: ZoneInfo) -> Row:
    return {"area_in_words": cast(Procedure, row).area_words}


def more_of_article(row: Model, _zone: ZoneInfo) -> Row:
    return {"title": cast(ArticleRead, row).revision.object_str}


MORE: dict[type[Model], Callable[[Model, ZoneInfo], Row]] = {
    Patient: more_of_record,
    CheckIn: more_of_check_in,
    Assessment: more_of_assessment,
    Event: more_of_event,
    Letter: more_of_letter,
    ContactPoint: more_of_way,
    Procedure: more_of_treatment,
    ArticleRead: more_of_article,
}
