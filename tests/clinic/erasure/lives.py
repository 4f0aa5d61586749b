"""A patient and a member of staff who left something in every place that keeps what is typed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.db.models import QuerySet
from django.test import Client
from django.utils import timezone

from aftercare.alerts.actions.closing import close, reopen, undo_close
from aftercare.alerts.actions.contact_attempts import record_contact_attempt, set_next_try
from aftercare.alerts.actions.ownership import acknowledge
from aftercare.alerts.actions.patient_messages import send_letter
from aftercare.alerts.models import Alert
from aftercare.checkins.clusters.actions import look_at_cluster
from aftercare.checkins.corrections.actions import change_intake
from aftercare.checkins.models import CheckIn
from aftercare.outbox.models import Message
from aftercare.people.actions.account import account_version, change_account
from aftercare.people.actions.addresses import change_own_address
from aftercare.people.actions.invitations import invite
from aftercare.people.actions.patients import enrol_patient
from aftercare.people.actions.sign_in_links import make_sign_in_link
from aftercare.people.actions.withdrawal import take_back_patient, withdraw_patient
from aftercare.people.companions.actions import accept_companionship, invite_companion
from aftercare.people.models import Patient, StaffMember, User
from tests.checkins.clusters.making import make_cluster
from tests.clinic.reading_forms import fields_of
from tests.clinic.staff_client import patient_url, proved_client, staff_client
from tests.factories import ProcedureFactory, check_in

FIRST, LAST, MAIDEN = "Zsofia", "Quillfeather", "Umbersworth"
OLD, ADDRESS = "umbersworth@old.example", "zsofia.q@new.example"
TELEPHONE, DIGITS = "07700 900737", "7700900737"
RECORD, GUARDIAN = "QF-7731", "Orsolya Brackenridge"
# A word for each place in which somebody types; none of them is anywhere else.
TYPED = {
    "note": "nettles",
    "unreadable": "sevenish",
    "call": "gatehouse",
    "closing": "ointment",
    "next_try": "nightshift",
    "withdrawal": "emigrates",
    "reopening": "hastily",
    "hours": "vespers",
    "intake": "misheard",
    "draft": "cobblestone",
    "held": "dragonfly",
    "companion": "Wenceslas",
    "kin": "godfather",
    "photo": "darkroom",
    "cluster": "kettledrum",
}
TRACES = (FIRST, LAST, MAIDEN, OLD, ADDRESS, DIGITS, TELEPHONE, RECORD, "qf7731", GUARDIAN, *TYPED.values())


@dataclass(frozen=True)
class Clients:
    """Browsers of others in whose sessions something about the patient stands, with the nurse's first."""

    nurse: Client
    own: Client
    signed_out: Client


def patient_with_a_life(nurse: StaffMember, clinician: StaffMember) -> tuple[Patient, Clients]:
    """Return a patient who left traces in every place, with every alert closed."""
    now = timezone.now()
    patient = enrol_patient(
        clinic=nurse.clinic,
        by=nurse.user,
        now=now - timedelta(days=3),
        email=OLD,
        first_name=FIRST,
        last_name=LAST,
        language="hu",
        consent=True,
        date_of_birth=date(1931, 8, 23),
        record_number=RECORD,
        call_back_telephone=TELEPHONE,
        call_back_hours=f"after {TYPED['hours']}",
        guardian_name=GUARDIAN,
        intake=["iq3"],
        intake_asked=["iq3", "iq7"],
    )
    ProcedureFactory.create(patient=patient, performed_at=now - timedelta(days=2), recorded_by=clinician.user)
    name_and_address(patient.user, now)
    report_and_call(patient, nurse, clinician)
    come_and_go(patient, nurse)
    patient.refresh_from_db()
    return patient, browse(patient, nurse)


def name_and_address(user: User, now: Any) -> None:
    """Change the name and the address, and leave a way in of each kind."""
    details = {"first_name": FIRST, "last_name": MAIDEN, "telephone": TELEPHONE}
    change_account(by=user, now=now, details=details, shown=account_version(user))
    user.refresh_from_db()
    details["last_name"] = LAST
    change_account(by=user, now=now, details=details, shown=account_version(user))
    user.refresh_from_db()
    change_own_address(by=user, address=ADDRESS, now=now)
    TOTP.activate(user, generate_totp_secret())
    user.contact_points.create(kind="sms", address=f"+44{DIGITS}", name=FIRST, created_at=now)
    make_sign_in_link(user=user, now=now, next_path=f"/clinic/?{LAST}")


def report_and_call(patient: Patient, nurse: StaffMember, clinician: StaffMember) -> None:
    """Report pus, call four times, and close, undo, reopen and close again; every text field is used."""
    now = timezone.now()
    reported = check_in(patient, now, signs=["pus"], note=f"Like {TYPED['note']}. {FIRST}").check_in
    QuerySet(CheckIn).filter(pk=reported.pk).update(unreadable={"pain": TYPED["unreadable"]})
    pixels: dict[str, Any] = {"size": 9, "width": 3, "height": 3, "created_at": now, "stored_at": now}
    patient.photos.create(check_in=reported, token=uuid4(), area="chin", key=TYPED["photo"], **pixels)
    cluster = make_cluster(reported, now=now)
    look_at_cluster(cluster_id=cluster.pk, by=nurse.user, note=TYPED["cluster"], grown_at=now, now=now)
    alert: Alert = patient.alerts.worst_first()[0]
    alert = acknowledge(alert=alert, by=clinician.user, now=now)
    said: dict[str, Any] = {"note": f"Asked at the {TYPED['call']}.", "alert": alert}
    for _turn in range(3):
        record_contact_attempt(patient=patient, by=nurse.user, now=now, result="no_answer", **said)
    alert.refresh_from_db()
    in_an_hour, reason = now + timedelta(hours=1), f"Works a {TYPED['next_try']}."
    set_next_try(alert=alert, at=in_an_hour, reason=reason, by=clinician.user, now=now)
    record_contact_attempt(patient=patient, by=nurse.user, now=now, result="reached", note=TYPED["call"])
    closing: dict[str, Any] = {"by": clinician.user, "outcome": "prescribed", "note": TYPED["closing"]}
    for one in patient.alerts.open():
        close(alert=one, now=now, **closing)
    alert.refresh_from_db()
    undo_close(alert=alert, by=clinician.user, now=now)
    alert.refresh_from_db()
    close(alert=alert, now=now, **closing)
    alert.refresh_from_db()
    reopen(alert=alert, by=clinician.user, now=now, why=f"Closed {TYPED['reopening']}.")
    alert.refresh_from_db()
    close(alert=alert, now=now, **closing)
    # As an alert that was closed by an earlier version, which left the next try where it was.
    next_try = {"next_try_at": now, "next_try_by": clinician.user, "next_try_reason": reason}
    Alert.objects.filter(pk=alert.pk).update(**next_try)


def come_and_go(patient: Patient, nurse: StaffMember) -> None:
    """Withdraw and take back, invite, send a letter that the mail server refuses, and write words of before."""
    now, by = timezone.now(), nurse.user
    withdraw_patient(patient=patient, reason=f"{FIRST} {TYPED['withdrawal']}.", by=nurse.user, now=now)
    patient = take_back_patient(patient=patient, by=nurse.user, now=now)
    invite(patient=patient, by=nurse.user, now=now)
    companion = invite_companion(
        patient=patient, name=TYPED["companion"], email=f"{TYPED['kin']}@new.example", now=now
    )
    accept_companionship(companion=companion, now=now)
    letter = send_letter(patient=patient, template="visit", by=nurse.user, now=now)
    Message.objects.filter(subject=letter.pk).update(
        state="failed", failure="permanent", finished_at=now, error=f"550 <{ADDRESS}> unknown"
    )
    EmailAddress.objects.update_or_create(user=patient.user, defaults={"email": ADDRESS, "verified": True})
    shown: dict[str, Any] = {"shown": patient.intake, "shown_asked": patient.intake_asked}
    change_intake(patient=patient, **shown, intake=[], asked=["iq3"], reason=TYPED["intake"], by=by, now=now)


def browse(patient: Patient, nurse: StaffMember) -> Clients:
    """Leave something in sessions: the patient's own, the nurse's, and one of somebody signed out."""
    own = proved_client(patient)
    assert own.get("/").status_code == 200
    at_desk = staff_client(nurse)
    at_desk.post("/clinic/patients/search/", {"words": LAST})
    edit = patient_url(patient, "edit/")
    drawn = fields_of(at_desk.get(edit).content.decode())
    typed = {**drawn, "first_name": TYPED["held"], "email": "typo@new.example"}
    at_desk.post(edit, typed)
    assert "staff_form" in at_desk.session, "held, because nobody has proved to be there"
    signed_out = Client()
    signed_out.post("/check-in/", {"token": str(uuid4()), "redness": "1", "note": TYPED["draft"]})
    signed_out.post("/accounts/login/code/", {"email": ADDRESS})
    return Clients(nurse=at_desk, own=own, signed_out=signed_out)
