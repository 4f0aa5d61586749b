"""Nothing that staff typed is lost: signed out, without the security token, or with another clinic chosen."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from aftercare.alerts.models import Alert
from aftercare.checkins.models import CheckIn
from aftercare.people.models import Clinic, Patient, StaffMember
from clinic.held_forms import DRAWN_FOR
from clinic.urls import urlpatterns
from tests.checkins.clusters.making import make_cluster
from tests.clinic.reading_forms import fields_of
from tests.clinic.staff_client import ENROL, QUEUE, alert_url, patient_url, proved_client, staff_client, words
from tests.clock import frozen_at
from tests.factories import StaffMemberFactory, at
from tests.people.proving import prove

pytestmark = [pytest.mark.usefixtures("procedure", "course_set"), pytest.mark.frozen_at(at(21))]
TYPED = "/clinic/typed/"
AGAIN = "Nothing has been saved yet. Here is what you typed."
PERSON = {"first_name": "Typed", "last_name": "Before", "email": "typed@test.example"}


@pytest.fixture
def both(manager: StaffMember, other_clinic: Clinic) -> StaffMember:
    """The manager manages the other clinic too."""
    return StaffMemberFactory.create(user=manager.user, clinic=other_clinic, role="manager")


def text_forms(alert: Alert, member: StaffMember) -> dict[str, tuple[str, dict[str, str]]]:
    """Every form of staff into which something is typed: where it is posted, and what."""
    patient, said = alert.patient, "Typed before."
    procedure = f"procedures/{alert.procedure_id}/"
    return {
        "enrol": (ENROL, {"first_name": said}),
        "edit_patient": (patient_url(patient, "edit/"), {"first_name": said}),
        "correct_procedure": (patient_url(patient, f"{procedure}correct/"), {"reason": said}),
        "intake": (patient_url(patient, "intake/"), {"reason": said}),
        "withdraw": (patient_url(patient, "withdraw/"), {"reason": said}),
        "new_check_in": (patient_url(patient, "check-ins/new/"), {"note": said, "token": str(uuid4())}),
        "details": ("/clinic/details/", {"name": said}),
        "add_staff": ("/clinic/staff/add/", {"first_name": said}),
        "new_closed_day": ("/clinic/contacts/closed-days/new/", {"name": said}),
        "close": (alert_url(alert, "close"), {"note": said}),
        "record_attempt": (alert_url(alert, "attempts"), {"note": said, "result": "no_answer"}),
        "cluster": (
            f"/clinic/clusters/{make_cluster(patient.check_ins.get(), now=at(21)).pk}/",
            {"note": said},
        ),
        "record_call": (patient_url(patient, "calls/"), {"note": said, "result": "no_answer"}),
    }


TEXT_FORMS = (
    *("enrol", "edit_patient", "correct_procedure", "intake", "withdraw", "new_check_in", "details"),
    *("add_staff", "new_closed_day", "close", "record_attempt", "record_call", "cluster"),
)


@pytest.mark.parametrize("name", TEXT_FORMS)
def test_what_was_sent_signed_out_stands_in_its_form_after_signing_in(
    urgent_alert: Alert, manager: StaffMember, name: str
) -> None:
    path, fields = text_forms(urgent_alert, manager)[name]
    client = Client()

    sent = client.post(path, fields)
    assert sent.headers["Location"] == f"/accounts/login/code/?next={TYPED}"
    client.force_login(manager.user)
    prove(client, manager.user)
    page = client.get(TYPED)

    assert page.status_code == 422, name
    assert AGAIN in words(page)
    assert "Typed before." in page.content.decode()
    assert "csrfmiddlewaretoken" in page.content.decode()
    assert not urgent_alert.patient.contact_attempts.exists()
    assert urgent_alert.patient.check_ins.count() == 1


def test_what_is_shown_again_is_taken_with_the_next_press_and_then_forgotten(
    urgent_alert: Alert, nurse: StaffMember, patient: Patient
) -> None:
    client, token = Client(), str(uuid4())
    fields = {"token": token, "redness": "1", "note": "Typed before."}
    client.post(patient_url(patient, "check-ins/new/"), fields)
    client.force_login(nurse.user)
    client.get(TYPED)
    assert not CheckIn.objects.filter(token=token).exists()

    taken = client.post(TYPED, fields)

    stored = CheckIn.objects.get(token=token)
    assert stored.note == "Typed before."
    assert taken.headers["Location"] == patient_url(patient, f"check-ins/{stored.pk}/")
    assert "Nothing of what was typed here is kept" in words(client.get(TYPED, follow=True))


def test_a_button_that_was_pressed_signed_out_does_nothing_and_says_so(
    urgent_alert: Alert, nurse: StaffMember
) -> None:
    client = Client()
    client.post(alert_url(urgent_alert, "acknowledge"))
    client.force_login(nurse.user)

    page = client.get(TYPED, follow=True)

    urgent_alert.refresh_from_db()
    assert urgent_alert.status == Alert.Status.NEW
    assert "Nothing was changed: this came too late." in words(page)
    assert "You have acknowledged this" not in words(page)


def test_what_was_typed_is_not_shown_to_somebody_of_another_clinic(
    urgent_alert: Alert, outsider: StaffMember, manager: StaffMember
) -> None:
    client = Client()
    client.post(ENROL, {"first_name": "Typed before.", DRAWN_FOR: manager.clinic_id})
    client.force_login(outsider.user)
    page = client.get(TYPED, follow=True)
    assert "Typed before." not in page.content.decode()
    assert "Nothing of what was typed here is kept" in words(page)


def test_what_was_typed_is_forgotten_after_half_a_day(nurse: StaffMember) -> None:
    client = Client()
    client.post(ENROL, {"first_name": "Typed before."})
    client.force_login(nurse.user)
    with frozen_at(at(33, minutes=1)):
        assert "Typed before." not in client.get(TYPED, follow=True).content.decode()


def test_an_emergency_that_was_ticked_signed_out_shows_the_number_before_the_sign_in(
    patient: Patient, nurse: StaffMember
) -> None:
    client = Client()
    sent = client.post(patient_url(patient, "check-ins/new/"), {"emergency": ["breathing"]})
    assert sent.status_code == 200
    assert "Call 999 now" in words(sent)
    assert f'href="/accounts/login/code/?next={TYPED}"' in sent.content.decode()
    client.force_login(nurse.user)
    assert 'value="breathing"' in client.get(TYPED).content.decode()


@pytest.mark.parametrize("is_signed_in", [True, False])
def test_without_the_token_of_the_page_nothing_is_done_and_the_form_can_be_had_again(
    urgent_alert: Alert, nurse: StaffMember, is_signed_in: bool
) -> None:
    client = Client(enforce_csrf_checks=True)
    if is_signed_in:
        client.force_login(nurse.user)
    refused = client.post(alert_url(urgent_alert, "close"), {"outcome": "mistake", "note": "Typed before."})
    assert refused.status_code == 403
    assert "Typed before." in refused.content.decode()

    again = fields_of(refused.content.decode())
    shown = client.post(alert_url(urgent_alert, "close"), again)
    if not is_signed_in:
        client.force_login(nurse.user)
        shown = client.get(TYPED)

    assert shown.status_code == 422
    assert "Typed before." in words(shown)
    assert AGAIN in words(shown)
    urgent_alert.refresh_from_db()
    assert urgent_alert.is_open


@pytest.mark.parametrize("is_signed_in", [True, False])
def test_a_form_that_another_site_posted_is_neither_shown_nor_kept(
    urgent_alert: Alert, nurse: StaffMember, is_signed_in: bool
) -> None:
    client = Client(enforce_csrf_checks=True)
    if is_signed_in:
        client.force_login(nurse.user)
    forged = {"outcome": "mistake", "note": "Typed elsewhere."}
    refused = client.post(
        alert_url(urgent_alert, "close"), forged, headers={"origin": "https://attacker.example"}
    )
    assert refused.status_code == 403
    assert "Another website tried to send us a form" in words(refused)
    assert "Typed elsewhere." not in refused.content.decode()
    client.force_login(nurse.user)
    assert "Typed elsewhere." not in client.get(TYPED, follow=True).content.decode()


def test_two_tabs_do_not_write_one_clinics_details_over_the_others(
    manager: StaffMember, both: StaffMember
) -> None:
    first = staff_client(manager)
    fields = fields_of(first.get("/clinic/details/").content.decode())
    first.post("/clinic/choose/", {"clinic": both.clinic.slug})
    name, other_name = manager.clinic.name, both.clinic.name

    held = first.post("/clinic/details/", {**fields, "name": "Larkfield Renamed"})

    assert held.status_code == 422
    assert f"You opened this form for {name}, and chose another clinic since." in words(held)
    assert 'value="Larkfield Renamed"' in held.content.decode()
    assert names_of(manager.clinic, both.clinic) == (name, other_name)

    again = fields_of(held.content.decode())
    assert first.post("/clinic/details/", again).status_code == 302
    assert names_of(manager.clinic, both.clinic) == ("Larkfield Renamed", other_name)


def test_nobody_is_enrolled_into_the_clinic_that_was_chosen_in_another_tab(
    manager: StaffMember, both: StaffMember
) -> None:
    client = staff_client(manager)
    drawn = fields_of(client.get(ENROL).content.decode())
    client.post("/clinic/choose/", {"clinic": both.clinic.slug})
    held = client.post(ENROL, {**drawn, **PERSON})
    assert held.status_code == 422
    assert 'value="Typed"' in held.content.decode()
    assert not both.clinic.patients.exists()


def test_a_form_of_a_clinic_for_which_one_does_not_work_warns_where_it_would_go(
    manager: StaffMember, other_clinic: Clinic
) -> None:
    name = manager.clinic.name
    client = staff_client(manager)
    fields = fields_of(client.get("/clinic/details/").content.decode())
    held = client.post("/clinic/details/", {**fields, "name": "X", DRAWN_FOR: other_clinic.pk})
    assert held.status_code == 422
    assert f"if you press the button now, it is saved for {name}" in words(held)
    assert names_of(manager.clinic) == (name,)


ID_NAMES = ("cluster_id", "drill_id", "message_id", "point_id", "override_id", "swap_id", "duty_id")


def test_no_form_of_staff_is_taken_for_another_clinic_than_it_was_drawn_for(
    manager: StaffMember, other_clinic: Clinic
) -> None:
    """Every address without a record of its own that takes a POST, by the addresses themselves."""
    client = staff_client(manager)
    for pattern in urlpatterns:
        named = pattern.pattern.converters
        if {"alert_id", "patient_id"} & named.keys() or pattern.name in {"choose_clinic", "lock", "typed"}:
            continue
        example: dict[str, object] = {
            "hours": "open",
            "day": "2026-12-25",
            "kind": "email",
            "level": "urgent",
        }
        example |= dict.fromkeys(ID_NAMES, uuid4())
        path = reverse(f"clinic:{pattern.name}", kwargs={key: example.get(key, 1) for key in named})
        answer = client.post(path, {DRAWN_FOR: other_clinic.pk})
        said = [str(message) for message in get_messages(answer.wsgi_request)]
        taken = answer.status_code == 302 and not any("Nothing was changed" in one for one in said)
        assert not taken, pattern.name


def test_every_form_of_staff_carries_the_clinic_it_was_drawn_for(
    urgent_alert: Alert, manager: StaffMember, patient: Patient
) -> None:
    client = proved_client(manager)
    places = [
        *(QUEUE, ENROL, "/clinic/contacts/", "/clinic/details/", "/clinic/staff/add/"),
        *("/clinic/contacts/rota/new/", "/clinic/contacts/closed-days/new/", alert_url(urgent_alert)),
        *(patient_url(patient, rest) for rest in ("", "edit/", "intake/", "withdraw/", "invitation/")),
        patient_url(patient, "check-ins/new/"),
        *(f"/clinic/contact-points/{rest}" for rest in ("", "add/email/", "rules/urgent/", "quiet-hours/")),
    ]
    for place in places:
        page = client.get(place).content.decode()
        forms = re.findall(r"<form[^>]*method=\"post\".*?</form>", page, re.DOTALL)
        carried = f'name="{DRAWN_FOR}" value="{manager.clinic_id}"'
        assert forms, place
        assert [form[:90] for form in forms if carried not in form] == [], place


def names_of(*clinics: Clinic) -> tuple[str, ...]:
    return tuple(Clinic.objects.get(pk=clinic.pk).name for clinic in clinics)


def test_what_staff_typed_is_not_shown_to_a_colleague_who_signs_in_after_them(
    urgent_alert: Alert, manager: StaffMember, nurse: StaffMember
) -> None:
    client = Client()
    client.post(alert_url(urgent_alert, "attempts"), {"note": "Typed before.", "result": "no_answer"})
    for address in (manager.user.email, nurse.user.email):
        client.post("/accounts/login/code/", {"email": address})
    client.force_login(nurse.user)
    page = client.get(TYPED, follow=True)
    assert "Nothing of what was typed here is kept any more." in words(page)
    assert "Typed before." not in page.content.decode()


def test_a_stranger_fills_no_session(urgent_alert: Alert) -> None:
    client = Client()
    sent = client.post(alert_url(urgent_alert, "attempts"), {"note": ["x" * 20_000] * 100})
    assert "What you typed was too long to keep" in words(client.get(sent.headers["Location"]))
    assert len(str(dict(client.session))) < 16_384
