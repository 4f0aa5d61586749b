"""The pages of a companion: what they show and hide, the check-in for the patient, and the end."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from aftercare.checkins.models import CheckIn
from aftercare.people.actions.withdrawal import withdraw_patient
from aftercare.people.companions.actions import remove_companion
from aftercare.people.models import Companion, Event, Patient, Procedure, StaffMember
from tests.checkins.posting import ORDINARY_FORM, signed_in, text_of
from tests.clinic.staff_client import alert_url, patient_url, proved_client, staff_client, words
from tests.factories import at, check_in, someone
from tests.people.companions.making import companion_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("course_set", "procedure")]
NOW = at(20)


@pytest.fixture
def tom(patient: Patient) -> Companion:
    return companion_of(patient, at(1))


@pytest.fixture
def client(tom: Companion) -> Client:
    assert tom.user
    return signed_in(tom.user)


def path_of(companion: Companion, rest: str = "") -> str:
    return f"/companion/{companion.pk}/{rest}"


def send(client: Client, companion: Companion, **fields: Any) -> Any:
    form = {"token": str(uuid4()), **ORDINARY_FORM, **fields}
    return client.post(path_of(companion, "check-in/"), form)


@pytest.mark.frozen_at(NOW)
def test_the_first_page_says_whose_recovery_it_is_and_leads_nowhere_else(
    patient: Patient, tom: Companion, client: Client
) -> None:
    Patient.objects.filter(pk=patient.pk).update(call_back_telephone="+447700900555")
    check_in(patient, 19, signs=["pus"], note="Between us.")
    assert client.get("/", follow=True).redirect_chain[-1][0] == path_of(tom)
    page = client.get(path_of(tom))
    html, text = page.content.decode(), text_of(page)
    assert "You are looking at Amara’s recovery as a companion." in text
    assert "You still need to call the clinic" in text
    for hidden in ("Between us", "900555", "900 555", "I have called", "Not right?", patient.user.last_name):
        assert hidden not in html
    for path in (
        *("/check-ins/", "/accounts/", "/who-looked/", "/calendar/", "/your-number/", "/reminders/"),
        *("/check-in/", "/lead/", "/called/"),
    ):
        assert f'"{path}"' not in html
    assert f'data-confirmation="{path_of(tom, "lead/")}"' in html
    assert "You still need to call" in text_of(client.get(path_of(tom, "lead/")))


@pytest.mark.frozen_at(NOW)
def test_no_page_of_the_patient_or_of_staff_opens(client: Client) -> None:
    for path in (
        *("/check-in/", "/check-ins/", "/check-ins/print/", "/your-details/", "/your-data/", "/leave/"),
        *("/reminders/", "/calendar/", "/who-looked/", "/accounts/", "/accounts/companions/", "/clinic/"),
    ):
        assert client.get(path).status_code == 404, path
    assert client.get("/admin/").status_code in (302, 404)


@pytest.mark.frozen_at(NOW)
def test_guidance_and_timeline_are_read_for_the_patient_without_a_trace_of_reading(
    patient: Patient, tom: Companion, client: Client
) -> None:
    client.get(path_of(tom))
    page = client.get("/timeline/")
    assert "You are here: 20 hours since your treatment" in text_of(page)
    assert "You are looking at Amara’s recovery" in text_of(page)
    guidance = client.get("/guidance/")
    assert "It is 20 hours since your treatment" in text_of(guidance)
    assert f'href="{path_of(tom)}"' in guidance.content.decode()
    assert patient.clinic.name in text_of(guidance)


@pytest.mark.frozen_at(NOW)
def test_a_check_in_is_marked_for_the_patient_and_for_staff_and_judged_alike(
    patient: Patient, tom: Companion, client: Client, nurse: StaffMember
) -> None:
    form = client.get(path_of(tom, "check-in/"))
    assert f'action="{path_of(tom, "check-in/")}"' in form.content.decode()
    assert "answer for Amara" in text_of(form)
    answer = send(client, tom, signs="pus", note="She is asleep.")
    stored = CheckIn.objects.get()
    assert answer["Location"] == path_of(tom, f"check-ins/{stored.pk}/")
    assert (stored.companion, stored.submitted_by, stored.is_by_staff) == (tom, tom.user, False)
    own = check_in(patient, 20, signs=["pus"]).check_in
    assert stored.level == own.level == "urgent"
    result = client.get(answer["Location"])
    assert 'data-level="urgent"' in result.content.decode()
    assert "Print for a doctor" not in text_of(result)
    assert client.get(f"{answer['Location']}confirmation/").status_code == 200
    mine = signed_in(patient.user)
    for path in (f"/check-ins/{stored.pk}/", "/check-ins/", f"/check-ins/{stored.pk}/print/"):
        assert "illed in by Tom, companion" in text_of(mine.get(path)), path
    desk = staff_client(nurse)
    for path in (
        alert_url(patient.alerts.get()),
        patient_url(patient),
        patient_url(patient, f"check-ins/{stored.pk}/"),
    ):
        assert "illed in by Tom, companion" in words(desk.get(path)), path
        assert "entered by staff" not in words(desk.get(path))


@pytest.mark.frozen_at(NOW)
def test_check_ins_of_others_are_neither_shown_nor_changed(
    patient: Patient, tom: Companion, client: Client
) -> None:
    own = check_in(patient, 19, pain=2, note="Between us.").check_in
    assert client.get(path_of(tom, f"check-ins/{own.pk}/")).status_code == 404
    for query in (f"form={own.token}", f"correct={own.pk}"):
        page = client.get(path_of(tom, f"check-in/?{query}"))
        assert page.status_code == 200
        assert "Between us" not in page.content.decode()
        assert " checked" not in page.content.decode()
    for named in ({"token": str(own.token)}, {"supersedes": str(own.pk)}):
        assert send(client, tom, **named).status_code == 302
    own.refresh_from_db()
    assert not hasattr(own, "superseded_by")
    assert CheckIn.objects.filter(companion=tom, supersedes=None, revision=0).count() == 2


@pytest.mark.frozen_at(NOW)
def test_a_companion_changes_an_answer_of_the_own_check_in(tom: Companion, client: Client) -> None:
    token = str(uuid4())
    first = send(client, tom, token=token)
    page = client.get(first["Location"])
    assert f"check-in/?form={token}" in page.content.decode()
    again = client.get(path_of(tom, f"check-in/?form={token}"))
    assert "You sent this" in text_of(again)
    send(client, tom, token=token, pain="2")
    assert [one.companion for one in CheckIn.objects.order_by("number")] == [tom, tom]
    assert CheckIn.objects.get(revision=1).supersedes is not None


@pytest.mark.frozen_at(NOW)
@pytest.mark.parametrize("ends", ["removed", "left"])
def test_after_the_end_nothing_is_stored_and_the_answers_are_shown_with_whom_to_call(
    patient: Patient, tom: Companion, client: Client, ends: str
) -> None:
    assert client.get(path_of(tom, "check-in/")).status_code == 200
    if ends == "removed":
        remove_companion(companion=tom, by=patient.user, now=NOW)
    else:
        withdraw_patient(patient=patient, reason="Left.", by=patient.user, now=NOW)
    answer = send(client, tom, pain="3", signs="pus", note="Since noon.")
    text = text_of(answer)
    assert answer.status_code == 410
    assert "Nothing was sent. The clinic does not have these answers." in text
    for typed in ("Severe", "Pus bumps", "Since noon.", "0161 496 0123"):
        assert typed in text
    emergency = send(client, tom, emergency="breathing")
    assert text_of(emergency).index("Call 999 now") < text_of(emergency).index("Nothing was sent")
    assert send(client, tom, emergency="breathing", autosave="1").status_code == 410
    assert not CheckIn.objects.exists()
    for path in (path_of(tom), path_of(tom, "check-in/"), path_of(tom, "lead/"), "/companion/"):
        gone = client.get(path)
        assert (gone.status_code, "Amara" in gone.content.decode()) == (410, False)
    assert client.get("/").status_code == 302
    assert "Amara" not in client.get("/guidance/").content.decode()


@pytest.mark.frozen_at(NOW)
def test_a_form_sent_signed_out_comes_back_in_the_companions_form_alone(
    patient: Patient, tom: Companion
) -> None:
    client, path = Client(), path_of(tom, "check-in/")
    answer = client.post(path, {"token": str(uuid4()), **ORDINARY_FORM, "note": "Typed by Tom."})
    assert answer["Location"] == f"/accounts/login/code/?next={path}"
    assert tom.user
    client.force_login(tom.user)
    assert "Typed by Tom." in client.get(path).content.decode()
    session_of_patient = signed_in(patient.user)
    session_of_patient.logout()
    session_of_patient.post(path, {"token": str(uuid4()), **ORDINARY_FORM, "note": "Typed by Tom."})
    session_of_patient.force_login(patient.user)
    assert "Typed by Tom." not in session_of_patient.get("/check-in/").content.decode()


def test_a_form_with_an_old_token_is_shown_again(tom: Companion) -> None:
    assert tom.user
    client, path = signed_in(tom.user, checks_csrf=True), path_of(tom, "check-in/")
    answer = client.post(path, {"token": str(uuid4()), **ORDINARY_FORM, "note": "Typed by Tom."})
    assert answer.status_code == 403
    html = answer.content.decode()
    assert f'action="{path}"' in html
    assert "Typed by Tom." in html


@pytest.mark.frozen_at(NOW)
def test_the_patient_reads_when_the_companion_looked(
    patient: Patient, tom: Companion, client: Client
) -> None:
    client.get(path_of(tom))
    client.get(path_of(tom, "lead/"))
    client.get(path_of(tom, "check-in/"))
    result = send(client, tom)
    client.get(result["Location"])
    client.get("/timeline/")
    looks = patient.events.filter(verb="looked").values_list("page", "actor")
    assert set(looks) == {
        (page, tom.user_id)
        for page in ("companion_today", "companion_check_in", "companion_result", "companion_timeline")
    }
    page = text_of(signed_in(patient.user).get("/who-looked/"))
    assert "Tom , companion" in page.replace("Tom, companion", "Tom , companion")
    assert "opened your Today page, opened a check-in form for you, filled in a check-in for you" in page
    event = Event.objects.get(verb="submitted_for")
    assert event.data == {"companion": str(tom.pk)}


@pytest.mark.frozen_at(NOW)
def test_who_accompanies_two_chooses(patient: Patient, tom: Companion, client: Client) -> None:
    other = companion_of(someone(patient, "Zoe"), at(2))
    page = client.get("/companion/")
    for one in (tom, other):
        assert path_of(one) in page.content.decode()
    assert "Zoe’s recovery" in text_of(client.get(path_of(other)))
    assert "Zoe’s recovery" in text_of(client.get("/guidance/"))
    assert "Amara’s recovery" in text_of(client.get(path_of(tom)))
    assert "Amara’s recovery" in text_of(client.get("/guidance/"))


@pytest.mark.frozen_at(NOW)
def test_a_patient_and_a_nurse_keep_their_own_pages(patient: Patient, nurse: StaffMember) -> None:
    other = someone(patient, "Zoe")
    for user, own_path in ((patient.user, "/"), (nurse.user, "/clinic/")):
        companion = companion_of(other, at(2), email=user.email)
        client = proved_client(patient if user == patient.user else nurse)
        assert "Zoe’s recovery" in text_of(client.get(path_of(companion)))
        own = client.get("/", follow=True)
        assert "Zoe" not in text_of(own) or own_path == "/clinic/"
        assert own.request["PATH_INFO"] == own_path
        assert "recovery as a companion" not in text_of(client.get("/guidance/"))
        assert 'href="/companion/"' in client.get("/accounts/").content.decode()
    assert signed_in(patient.user).get(f"/check-ins/{uuid4()}/").status_code == 404


@pytest.mark.frozen_at(NOW)
def test_a_colleague_who_looks_as_a_companion_is_called_one(
    patient: Patient, nurse: StaffMember, procedure: Procedure
) -> None:
    companion = companion_of(patient, at(2), name="Ruth", email=nurse.user.email)
    client = staff_client(nurse)
    client.get(path_of(companion))
    send(client, companion)
    stored = CheckIn.objects.get()
    assert (stored.is_by_staff, stored.by_companion) == (False, "Ruth, companion")
    line = text_of(signed_in(patient.user).get("/who-looked/"))
    assert "Ruth Test , companion" in line.replace("Test, companion", "Test , companion")
    assert timezone.now() == NOW


@pytest.mark.frozen_at(NOW)
def test_only_who_has_another_page_is_led_there(patient: Patient, tom: Companion, client: Client) -> None:
    link = "Somebody else’s recovery"
    assert link not in text_of(client.get(path_of(tom)))
    assert link not in text_of(signed_in(patient.user).get("/"))
    someone_else = someone(patient, "Zoe")
    companion_of(someone_else, at(2), email="tom@test.example")
    Companion.objects.update(user=tom.user)
    assert link in text_of(client.get(path_of(tom)))


@pytest.mark.frozen_at(NOW)
def test_a_check_in_of_a_companion_locks_the_patient_once(tom: Companion, client: Client) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert send(client, tom).status_code == 302
    locks = [one["sql"] for one in queries if "FOR UPDATE" in one["sql"] and "people_patient" in one["sql"]]
    # SQLite locks the whole database instead of a row.
    assert len(locks) == int(connection.features.has_select_for_update)
