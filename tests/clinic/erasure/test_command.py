"""`manage.py erase_person`: whom it refuses to erase, what it asks, and what it says."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from aftercare.alerts.actions.closing import close
from aftercare.alerts.actions.ownership import acknowledge
from aftercare.alerts.models import Alert
from aftercare.people.models import Clinic, Event, Patient, StaffMember, User
from aftercare.people.models.users import SYSTEM_EMAIL
from tests.factories import PatientFactory, UserFactory, at, check_in

pytestmark = [pytest.mark.django_db, pytest.mark.frozen_at(at(21))]
AMARA = "amara@test.example"


def erase(address: str, *options: str) -> str:
    printed = StringIO()
    call_command("erase_person", address, *options, stdout=printed)
    return printed.getvalue()


def refused(address: str, *options: str) -> str:
    """Return why a person is not erased, after nothing was."""
    before = list(User.objects.order_by("pk").values_list())
    with pytest.raises(CommandError) as error:
        erase(address, *options or ["--yes"])
    assert list(User.objects.order_by("pk").values_list()) == before
    assert not Event.objects.filter(verb="erased").exists()
    return str(error.value)


class TestRefusals:
    def test_an_open_alert_is_closed_by_staff_first(
        self, urgent_alert: Alert, clinician: StaffMember
    ) -> None:
        said = refused(AMARA)
        assert "An alert is open at Larkfield Skin Clinic. Staff close it first" in said
        assert f"/clinic/patients/{urgent_alert.patient_id}/" in said
        owned = acknowledge(alert=urgent_alert, by=clinician.user, now=at(21))
        assert "An alert is open" in refused(AMARA)
        close(alert=owned, by=clinician.user, now=at(21), outcome="prescribed", note="Seen.")
        assert "1 check-ins" in erase(AMARA, "--yes")

    def test_an_open_alert_at_another_clinic_counts_too(
        self, patient: Patient, other_clinic: Clinic, clinician: StaffMember
    ) -> None:
        elsewhere = PatientFactory.create(user=patient.user, clinic=other_clinic)
        check_in(elsewhere, 20, emergency=["breathing"])
        assert "at Elsewhere Clinic." in refused(AMARA)

    def test_the_only_manager_of_a_clinic_finds_another_first(
        self, manager: StaffMember, clinician: StaffMember
    ) -> None:
        assert "Nobody else is a manager at Larkfield Skin Clinic." in refused("ann@test.example")
        StaffMember.objects.filter(pk=clinician.pk).update(role="manager")
        assert "Former member of staff" in erase("ann@test.example", "--yes")

    def test_a_technical_contact_is_replaced_first(self, nurse: StaffMember, settings: Any) -> None:
        Clinic.objects.update(technical_contact="Ruth@test.example")
        assert "A manager puts another technical contact into its details first" in refused(
            "ruth@test.example"
        )
        Clinic.objects.update(technical_contact="")
        settings.TECHNICAL_CONTACT = "ruth@test.example"
        assert "TECHNICAL_CONTACT is this address." in refused("ruth@test.example")

    def test_the_portals_own_user_is_nobody(self) -> None:
        User.objects.system()
        assert "the portal's own user" in refused(SYSTEM_EMAIL)

    def test_an_unknown_address_is_said_to_be_nobodys(self, patient: Patient) -> None:
        assert "Nobody has the e-mail address nobody@test.example." in refused("nobody@test.example")
        assert "Nobody has the e-mail address erased-999999@aftercare.invalid." in refused(
            "erased-999999@aftercare.invalid"
        )


class TestTwice:
    def test_the_old_address_is_nobodys_and_the_new_one_is_erased_already(self, patient: Patient) -> None:
        erase(AMARA, "--yes")
        with pytest.raises(CommandError, match="Nobody has the e-mail address"):
            erase(AMARA, "--yes")
        left = f"erased-{patient.user_id}@aftercare.invalid"
        with pytest.raises(CommandError, match="is erased already"):
            erase(left, "--yes")
        assert Event.objects.filter(verb="erased").count() == 1

    def test_after_an_older_backup_the_row_is_found_by_what_stood_in_its_place(
        self, patient: Patient
    ) -> None:
        assert "Erased: name" in erase(f"erased-{patient.user_id}@aftercare.invalid", "--yes")
        assert not User.objects.filter(email=AMARA).exists()


class TestQuestion:
    @pytest.mark.parametrize("answer", ["no", "", "y"])
    def test_nothing_is_erased_without_a_yes(
        self, patient: Patient, monkeypatch: pytest.MonkeyPatch, answer: str
    ) -> None:
        monkeypatch.setattr("sys.stdin", StringIO(f"{answer}\n"))
        assert refused(AMARA, "--no-color") == "Nothing was erased: nobody said yes."

    def test_an_empty_standard_input_is_no_yes(
        self, patient: Patient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sys.stdin", StringIO(""))
        assert "nobody said yes" in refused(AMARA, "--no-color")

    def test_it_says_whom_it_would_erase_and_takes_a_yes(
        self, patient: Patient, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr("sys.stdin", StringIO("Yes\n"))
        said = erase(AMARA)
        assert "amara@test.example: patient of Larkfield Skin Clinic." in said
        assert "This cannot be undone. Type yes to erase:" in capsys.readouterr().out
        assert "Amara" not in said
        assert User.objects.get(pk=patient.user_id).erased_as == "patient"


def test_somebody_without_any_role_is_erased_with_an_event(db: None) -> None:
    user = UserFactory.create(email="editor@test.example")
    erase(user.email, "--yes")
    event = Event.objects.get(verb="erased")
    assert (event.clinic, event.patient, event.data["user"]) == (None, None, user.pk)
