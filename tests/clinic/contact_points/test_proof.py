"""Changing how one is reached asks for a recent proof of who is signed in; nothing that was typed is lost."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from django.test import Client

from aftercare.people.models import ContactPoint, ContactRule, QuietHours, StaffMember
from tests.clinic.staff_client import proved_client, staff_client, words
from tests.factories import MONDAY
from tests.fixtures import MakePoint
from tests.people.proving import prove

pytestmark = [pytest.mark.django_db, pytest.mark.frozen_at(MONDAY), pytest.mark.usefixtures("gateway")]
PAGE = "/clinic/contact-points/"
FORMS = {
    f"{PAGE}add/sms/": {"number": "07700 900163"},
    f"{PAGE}add/email/": {"email": "other@rowan.example"},
    f"{PAGE}rules/same_day/": {"sms": "10", "email": ""},
    f"{PAGE}quiet-hours/": {"starts": "22:15", "ends": "06:45"},
}


@pytest.mark.parametrize("path", FORMS)
def test_a_form_is_shown_after_a_proof(nurse: StaffMember, path: str) -> None:
    answer = staff_client(nurse).get(path)

    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/")
    assert path in unquote(answer["Location"])
    assert proved_client(nurse).get(path).status_code == 200


@pytest.mark.parametrize("path", FORMS)
def test_what_was_typed_is_shown_again_after_the_proof(
    nurse: StaffMember, path: str, make_point: MakePoint
) -> None:
    make_point(address="+447700900199")
    client = staff_client(nurse)

    answer = client.post(path, FORMS[path])

    assert answer.status_code == 302
    assert "/clinic/typed/" in unquote(answer["Location"])
    assert nothing_changed(nurse)
    prove(client, nurse.user)
    shown = client.get("/clinic/typed/").content.decode()
    assert "Nothing has been saved yet. Here is what you typed." in shown
    for typed in filter(None, FORMS[path].values()):
        assert f'value="{typed}"' in shown
    assert client.post(path, FORMS[path]).status_code == 302
    assert not nothing_changed(nurse)


def nothing_changed(nurse: StaffMember) -> bool:
    return (
        nurse.user.contact_points.count() == 1
        and not ContactRule.objects.exists()
        and not QuietHours.objects.exists()
    )


def test_a_code_is_typed_after_a_proof(nurse: StaffMember, make_point: MakePoint) -> None:
    point = make_point(verified_at=None)
    client = staff_client(nurse)

    answer = client.post(f"{PAGE}{point.pk}/confirm/", {"code": "123456"})

    assert "/clinic/typed/" in unquote(answer["Location"])
    prove(client, nurse.user)
    assert 'value="123456"' in client.get("/clinic/typed/").content.decode()
    point.refresh_from_db()
    assert point.code_tries == 0


@pytest.mark.parametrize("act", ["remove", "again"])
def test_a_press_has_no_effect_before_a_proof(nurse: StaffMember, make_point: MakePoint, act: str) -> None:
    point = make_point(disabled_at=MONDAY, disabled_because="refused")
    client = staff_client(nurse)

    assert client.post(f"{PAGE}{point.pk}/{act}/").status_code == 302
    assert is_off(point)
    prove(client, nurse.user)
    said = words(client.get("/clinic/typed/", follow=True))
    assert "Nothing was changed: this came too late. Look at the page, then press the button again." in said
    assert is_off(point)
    client.post(f"{PAGE}{point.pk}/{act}/")
    assert not is_off(point)


def is_off(point: ContactPoint) -> bool:
    return ContactPoint.objects.filter(pk=point.pk, disabled_at__isnull=False).exists()


def test_looking_and_testing_need_no_proof(nurse: StaffMember, make_point: MakePoint) -> None:
    point = make_point()
    client: Client = staff_client(nurse)

    assert client.get(PAGE).status_code == 200
    for path in (
        f"{PAGE}test/",
        f"{PAGE}mailbox/test/",
        f"{PAGE}{point.pk}/test/",
        f"{PAGE}{point.pk}/code/",
    ):
        assert not client.post(path)["Location"].startswith("/accounts/")
