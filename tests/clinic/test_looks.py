"""Every page of staff that shows a patient writes down who looked, when, at what, and from where."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from aftercare.alerts.actions.contact_attempts import record_contact_attempt
from aftercare.alerts.models import Alert, ContactStep, Drill
from aftercare.alerts.notifying.notifications import KIND
from aftercare.outbox.models import Message
from aftercare.people.models import Event, Patient, Procedure, Shift, StaffMember
from aftercare.people.sealing.looks import record_looks
from clinic.urls import urlpatterns
from tests.at_once import at_once
from tests.checkins.clusters.making import make_cluster
from tests.clinic.staff_client import alert_url, patient_url, staff_client
from tests.clock import frozen_at
from tests.factories import alert_of, at, someone
from tests.people.proving import prove

pytestmark = pytest.mark.frozen_at(at(21))

MARK = "Qzxmarker"  # the last name of the patient, which stands nowhere else
ADDRESS = "203.0.113.9"
LOOKS = (Event.Verb.OPENED_ALERT, Event.Verb.OPENED_PATIENT, Event.Verb.LOOKED)


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A patient with everything that a page of staff can show."""

    alert: Alert
    patient: Patient
    procedure: Procedure
    manager: StaffMember
    client: Client = field(default_factory=Client)


@pytest.fixture
def scene(patient: Patient, procedure: Procedure, course_set: object, manager: StaffMember) -> Scene:
    patient.user.last_name = MARK
    patient.user.save()
    raised = alert_of(patient, 20, signs=["pus"])
    scene = Scene(alert=raised, patient=patient, procedure=procedure, manager=manager)
    scene.client.force_login(manager.user)
    prove(scene.client, manager.user)
    return scene


def looks_at(patient: Patient) -> list[Event]:
    return list(Event.objects.filter(patient=patient, verb__in=LOOKS).order_by("pk"))


def other_of(scene: Scene) -> Patient:
    """Another patient, for whom the procedure may have been."""
    return someone(scene.patient, "Zoe")


def searched(scene: Scene, path: str) -> str:
    """Search for the patient, and return the page of what was found."""
    return str(scene.client.post(path, {"words": MARK}).headers["Location"])


def failed_message(scene: Scene) -> str:
    Message.objects.filter(subject__in=scene.alert.dispatches.values("pk")).delete()
    Message.objects.create(
        kind=KIND,
        subject=scene.alert.dispatches.all()[0].pk,
        sender=scene.patient.clinic_id,
        recipient=scene.manager.user,
        priority=Message.Priority.ROUTINE,
        created_at=at(20),
        next_attempt_at=at(20),
        state=Message.State.FAILED,
        failure=Message.Failure.PERMANENT,
        error="no such mailbox",
        finished_at=at(20),
    )
    return "/clinic/messages/"


def cluster_of(scene: Scene) -> str:
    return f"/clinic/clusters/{make_cluster(scene.patient.check_ins.get(), now=at(20)).pk}/"


def recorded_call(scene: Scene) -> str:
    call = record_contact_attempt(
        patient=scene.patient, by=scene.manager.user, now=at(21), result="no_answer"
    )
    return patient_url(scene.patient, f"calls/{call.pk}/correct/")


def of_patient(act: str = "") -> Callable[[Scene], str]:
    return lambda scene: patient_url(scene.patient, act)


def of_alert(act: str = "") -> Callable[[Scene], str]:
    return lambda scene: alert_url(scene.alert, act)


def of_procedure(act: str) -> Callable[[Scene], str]:
    return lambda scene: patient_url(scene.patient, f"procedures/{scene.procedure.pk}/{act}/")


def found_for_move(scene: Scene) -> str:
    zoe = other_of(scene)
    procedure = zoe.procedures.get()
    return searched(scene, patient_url(zoe, f"procedures/{procedure.pk}/move/"))


ENROLLED = {"first_name": "Mina", "last_name": MARK, "date_of_birth": "1990-04-30"}


def alike(scene: Scene) -> str:
    scene.patient.date_of_birth = "1990-04-30"
    scene.patient.save()
    scene.patient.user.first_name = "Mina"
    scene.patient.user.save()
    return "/clinic/patients/enrol/"


# What each URL answers with the patient in it: its address, what is posted (None: it is opened), and the page
# that is written down. "Nobody": a page, or only an act, that shows no patient.
GET = None
PAGES: dict[str, list[tuple[Callable[[Scene], str], Any, str]]] = {
    "queue": [(lambda scene: "/clinic/", GET, "queue")],
    "queue_live": [(lambda scene: "/clinic/queue/", GET, "queue")],
    "handover": [(lambda scene: "/clinic/handover/", GET, "handover")],
    "acknowledge_in_queue": [
        (lambda scene: f"/clinic/queue/{scene.patient.pk}/acknowledge/", {"shown": "x"}, "queue")
    ],
    "give_back_in_queue": [
        (lambda scene: f"/clinic/queue/{scene.patient.pk}/give-back/", {"shown": "x"}, "queue")
    ],
    "undo_close_in_queue": [
        (lambda scene: f"/clinic/queue/{scene.patient.pk}/undo-close/", {"shown": "x"}, "queue")
    ],
    "alert": [(of_alert(), GET, "alert")],
    "close": [(of_alert("close"), {"outcome": "nonsense"}, "alert")],
    "give_back": [(of_alert("give-back"), {}, "alert")],
    "undo_close": [(of_alert("undo-close"), {}, "alert")],
    "record_attempt": [(of_alert("attempts"), {}, "alert")],
    "send_letter": [(of_alert("letters"), {}, "alert")],
    "assign": [(of_alert("assign"), {}, "alert")],
    "reopen": [(of_alert("reopen"), {}, "alert")],
    "cluster": [(cluster_of, GET, "cluster"), (cluster_of, {}, "cluster")],
    "messages": [(failed_message, GET, "messages")],
    "looks": [(lambda scene: f"/clinic/looks/?patient={scene.patient.pk}", GET, "looks")],
    "search": [(lambda scene: searched(scene, "/clinic/patients/search/"), GET, "search")],
    "patients": [(lambda scene: "/clinic/patients/", GET, "patients")],
    "enrol": [(alike, ENROLLED, "enrol")],
    "patient": [(of_patient(), GET, "patient")],
    "edit_patient": [
        (of_patient("edit/"), GET, "edit_patient"),
        (of_patient("edit/"), {"email": "x"}, "edit_patient"),
    ],
    "invitation": [
        (of_patient("invitation/"), GET, "invitation"),
        (of_patient("invitation/"), {"way": "print"}, "invitation"),
    ],
    "record_call": [(of_patient("calls/"), {}, "patient")],
    "correct_attempt": [(recorded_call, GET, "correct_attempt"), (recorded_call, {}, "correct_attempt")],
    "record_procedure": [
        (of_patient("procedures/new/"), GET, "record_procedure"),
        (of_patient("procedures/new/"), {}, "record_procedure"),
    ],
    "correct_procedure": [
        (of_procedure("correct"), GET, "correct_procedure"),
        (of_procedure("correct"), {}, "correct_procedure"),
    ],
    "move_procedure": [
        (of_procedure("move"), GET, "move_procedure"),
        (of_procedure("move"), {"words": ""}, "move_procedure"),
        (found_for_move, GET, "move_procedure"),
    ],
    "intake": [(of_patient("intake/"), GET, "intake"), (of_patient("intake/"), {}, "intake")],
    "patient_second_step": [(of_patient("second-step/"), GET, "patient_second_step")],
    "withdraw": [(of_patient("withdraw/"), GET, "withdraw"), (of_patient("withdraw/"), {}, "withdraw")],
    "new_check_in": [
        (of_patient("check-ins/new/?form=new"), GET, "new_check_in"),
        (of_patient("check-ins/new/"), {"token": "x"}, "new_check_in"),
    ],
    "photos": [(of_patient("pictures/"), GET, "photos")],
    "told": [
        (
            lambda scene: patient_url(scene.patient, f"check-ins/{scene.patient.check_ins.get().pk}/"),
            GET,
            "told",
        )
    ],
}
# Acts that lead elsewhere, and pages about the clinic and its staff.
NOBODY = {
    *("acknowledge", "send_invitation", "take_back"),
    *("contacts", "new_step", "step", "remove_step", "move_step_up", "new_shift", "remove_shift", "absence"),
    "clusters",
    *("new_override", "remove_override", "ask_swap", "swap", "duty"),
    *("new_closed_day", "remove_closed_day", "start_drill", "drill", "acknowledge_drill", "stop_drill"),
    *("message_again", "message_dismiss", "details", "choose_clinic", "staff", "add_staff", "change_staff"),
    *("invite_staff", "staff_second_step", "lock", "locked", "locked_counts"),
    *(
        "contact_points",
        "add_point",
        "confirm_point",
        "tapped_point",
        "set_up_point_again",
        "send_point_code",
    ),
    *(
        "remove_point",
        "subscribe",
        "test_point",
        "test_points",
        "test_mailbox",
        "contact_rules",
        "quiet_hours",
    ),
    *("ask_to_set_up", "outside_world", "outside_world_reply", "outside_world_press"),
    "ask_for_photo",
    "patient_photo",  # an image without a name on it: `tests/clinic/photos/test_pages.py` has its looks
    "typed",  # the page of the form that it shows again: `test_a_form_shown_again_after_signing_in_is_a_look`
}
EACH = [(name, *page) for name, pages in PAGES.items() for page in pages]


def test_every_url_of_staff_is_in_these_lists() -> None:
    names = {pattern.name for pattern in urlpatterns}
    assert names == PAGES.keys() | NOBODY
    assert not PAGES.keys() & NOBODY


@pytest.mark.parametrize(
    ("name", "place", "posted", "page"),
    EACH,
    ids=[f"{name}-{posted}" for name, _place, posted, _page in EACH],
)
def test_a_page_that_shows_a_patient_is_written_down(
    scene: Scene, name: str, place: Callable[[Scene], str], posted: Any, page: str
) -> None:
    path = place(scene)
    before = {event.pk for event in looks_at(scene.patient)}
    if posted is GET:
        response = scene.client.get(path, REMOTE_ADDR=ADDRESS, follow="form=new" in path)
    else:
        response = scene.client.post(path, posted, REMOTE_ADDR=ADDRESS, headers={"HX-Request": "true"})
    assert response.status_code in {200, 409, 422}
    assert MARK in response.content.decode(), "a page that does not show the patient proves nothing here"
    written = [event for event in looks_at(scene.patient) if event.pk not in before]
    assert [(e.actor, e.at, e.page, e.address, e.clinic) for e in written] == [
        (scene.manager.user, at(21), page, ADDRESS, scene.patient.clinic)
    ]


@pytest.mark.parametrize(
    "path", ["contacts/", "details/", "staff/", "staff/add/", "contacts/steps/new/open/"]
)
def test_a_page_that_shows_no_patient_is_not_written_down(scene: Scene, path: str) -> None:
    prove(scene.client, scene.manager.user)
    page = scene.client.get(f"/clinic/{path}")
    assert page.status_code == 200
    assert MARK not in page.content.decode()
    assert looks_at(scene.patient) == []


def test_the_pages_of_steps_shifts_and_drills_name_no_patient(scene: Scene) -> None:
    step = ContactStep.objects.create(clinic=scene.patient.clinic, position=0)
    drill = Drill.objects.create(
        clinic=scene.patient.clinic,
        started_at=at(20),
        started_by=scene.manager.user,
        next_escalation_at=at(22),
    )
    shift = Shift.objects.create(
        clinic=scene.patient.clinic, member=scene.manager, starts_at=at(22), ends_at=at(30)
    )
    for path in (
        f"contacts/steps/{step.pk}/",
        f"contacts/steps/{step.pk}/remove/",
        f"contacts/rota/{shift.pk}/remove/",
        "contacts/rota/new/",
        f"contacts/away/{scene.manager.pk}/",
        f"drills/{drill.pk}/",
        f"staff/{scene.manager.pk}/",
    ):
        page = scene.client.get(f"/clinic/{path}")
        assert page.status_code == 200, path
        assert MARK not in page.content.decode()
    assert looks_at(scene.patient) == []


def test_a_form_shown_again_after_signing_in_is_a_look(scene: Scene) -> None:
    client = Client()
    client.post(patient_url(scene.patient, "intake/"), {"reason": "As told."})
    client.force_login(scene.manager.user)
    assert MARK in client.get("/clinic/typed/").content.decode()
    assert [event.page for event in looks_at(scene.patient)] == ["intake"]


def test_who_is_turned_away_has_not_looked(
    scene: Scene, nurse: StaffMember, outsider: StaffMember, stranger: Patient, client: Client
) -> None:
    for path in (patient_url(scene.patient, "intake/"), alert_url(scene.alert), patient_url(scene.patient)):
        for person in (outsider, stranger, scene.patient):
            assert staff_client(person).get(path).status_code == 404
        assert client.get(path).status_code == 302
    assert staff_client(nurse).get(patient_url(scene.patient, "intake/")).status_code == 403
    assert looks_at(scene.patient) == []


def test_the_same_page_within_minutes_is_one_look_of_each_person(scene: Scene, nurse: StaffMember) -> None:
    for member in (scene.manager, scene.manager, nurse):
        staff_client(member).get(patient_url(scene.patient))
    with frozen_at(at(21, minutes=9)):
        staff_client(nurse).get(patient_url(scene.patient))
    assert [event.actor for event in looks_at(scene.patient)] == [scene.manager.user, nurse.user]
    with frozen_at(at(21, minutes=10)):
        staff_client(nurse).get(patient_url(scene.patient))
    assert len(looks_at(scene.patient)) == 3


def test_an_open_queue_that_is_drawn_again_all_day_writes_two_rows_an_hour(
    scene: Scene, nurse: StaffMember
) -> None:
    with frozen_at(at(22)):
        client = staff_client(nurse)
    for minute in range(0, 60, 3):
        with frozen_at(at(22, minutes=minute)):
            client.post("/accounts/session/")
            assert client.get("/clinic/queue/").status_code == 200
    assert len(looks_at(scene.patient)) == 2


def test_an_open_queue_in_which_nothing_changed_is_no_look(scene: Scene, nurse: StaffMember) -> None:
    client = staff_client(nurse)
    first = client.get("/clinic/queue/")
    with frozen_at(at(21) + timedelta(seconds=1)):
        again = client.get("/clinic/queue/", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert [event.at for event in looks_at(scene.patient)] == [at(21)]


def test_rows_beyond_the_page_were_not_looked_at(scene: Scene, nurse: StaffMember) -> None:
    zoe = someone(scene.patient, "Zoe")
    client = staff_client(nurse)
    key = client.post("/clinic/patients/search/", {"words": MARK}).headers["Location"]
    client.get(key)
    assert [event.page for event in looks_at(scene.patient)] == ["search"]
    assert looks_at(zoe) == []


def test_a_look_is_written_in_one_query_after_the_page(scene: Scene, nurse: StaffMember) -> None:
    staff_client(nurse).get("/clinic/")
    with frozen_at(at(23)):
        client = staff_client(nurse)
        with CaptureQueriesContext(connection) as taken:
            client.get("/clinic/")
    of_events = [query["sql"] for query in taken if "people_event" in query["sql"]]
    assert [sql.split()[0] for sql in of_events] == ["INSERT"]
    assert taken.captured_queries[-1]["sql"] == of_events[0], "after everything that the page needs"


@pytest.mark.django_db(transaction=True)
def test_two_processes_that_show_the_same_page_at_once_write_one_look(
    patient: Patient, nurse: StaffMember
) -> None:
    def look() -> None:
        record_looks(
            shown={patient.pk: patient}, page=Event.Page.PATIENT, address="", by=nurse.user, now=at(1)
        )

    assert at_once(look, look, look) == [None, None, None]
    [event] = looks_at(patient)
    assert event.address is None


def test_a_look_holds_no_words(scene: Scene) -> None:
    scene.client.get(patient_url(scene.patient))
    [event] = looks_at(scene.patient)
    assert (event.data, event.details) == ({}, {})
    assert event.subject == scene.patient.pk


def test_a_page_that_is_not_found_shows_nobody(scene: Scene) -> None:
    assert scene.client.get(f"/clinic/patients/{uuid.uuid4()}/").status_code == 404
    assert not Event.objects.filter(verb__in=LOOKS).exists()
