"""Three patients, four days, any order of what people do: nobody stays untold, and no page hides an open alert."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from aftercare.alerts.actions.closing import (
    NewerAlertError,
    NotClosedError,
    TooLateError,
    close,
    reopen,
    undo_close,
)
from aftercare.alerts.actions.contact_attempts import (
    correct_contact_attempt,
    record_contact_attempt,
    set_next_try,
)
from aftercare.alerts.actions.ownership import acknowledge, give_back
from aftercare.alerts.auditing.search import untold, without_next_act
from aftercare.alerts.errors import (
    AlreadyAcknowledgedError,
    AlreadyClosedError,
    AlreadyCorrectedError,
    NotAcknowledgedError,
    NoteNeededError,
)
from aftercare.alerts.following_up.chases import notify_left_open
from aftercare.alerts.following_up.escalation import escalate, follow_up
from aftercare.alerts.models import Alert, ContactAttempt, Dispatch
from aftercare.alerts.notifying.notifications import drain
from aftercare.checkins.corrections.actions import correct_procedure
from aftercare.checkins.corrections.treatment import Treatment
from aftercare.checkins.follow_up.non_response import record_missed_check_ins, record_silence_after_alerts
from aftercare.checkins.models import CheckIn
from aftercare.checkins.pages.lead import lead_of
from aftercare.checkins.submission.actions import submit_check_in
from aftercare.checkins.submission.submission import RejectedError, Submission
from aftercare.outbox.models import Message
from aftercare.people.models import Patient, Procedure, StaffMember
from aftercare.triage import Level
from clinic.corrections.actions import move_recorded
from clinic.queue.live.drawn_lists import kept_lists
from tests.clock import frozen_at
from tests.factories import ClinicFactory, PatientFactory, ProcedureFactory, at, person, submission

LONGEST = at(96)
REFUSALS = (
    AlreadyAcknowledgedError,
    AlreadyClosedError,
    AlreadyCorrectedError,
    NewerAlertError,
    NotAcknowledgedError,
    NotClosedError,
    NoteNeededError,
    RejectedError,
    TooLateError,
    ValidationError,
)
which = st.integers(0, 2)
nth = st.integers(0, 5)
severity = st.sampled_from([None, 0, 0, 1, 2, 3, 4])
answers = st.fixed_dictionaries(
    {
        "redness": severity,
        "pain": severity,
        "signs": st.lists(
            st.sampled_from(["pus", "lumps", "hot_sore", "spreading"]), unique=True, max_size=2
        ),
        "unwell": st.sampled_from([[], [], ["fever"]]),
        "emergency": st.sampled_from([[], [], [], ["eye"], ["eye", "faint"]]),
        "want_contact": st.sampled_from([False, False, True]),
    }
)
minutes = st.sampled_from([1, 4, 11, 31, 65, 240, 720])
results = st.sampled_from(ContactAttempt.Result.values)


class Situation(RuleBasedStateMachine):
    """The clinic with its staff, and what was sent and done so far."""

    steps = looks = 0

    @initialize()
    def begin(self) -> None:
        clinic = ClinicFactory.create(slug=uuid.uuid4().hex)
        names = (("Ruth", "nurse"), ("Tom", "clinician"), ("Ann", "manager"))
        self.staff = [person(clinic, f"{name}{clinic.slug}", role) for name, role in names]
        self.patients = [PatientFactory.create(clinic=clinic) for _one in range(3)]
        for patient in self.patients[:2]:
            ProcedureFactory.create(patient=patient, performed_at=at(-30))
            ProcedureFactory.create(patient=patient, area="neck", performed_at=at(-4))
        self.now = at(0)
        self.sent: list[tuple[Patient, Submission]] = []

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    # ---- what people do ----

    def attempt(self, act: Callable[..., Any], **given: Any) -> Any:
        """Do it a moment later; what is refused changes nothing."""
        type(self).steps += 1
        self.now += timedelta(seconds=7)
        try:
            with transaction.atomic():
                return act(**given, now=self.now)
        except REFUSALS:
            return None

    @rule(who=which, said=answers, back=st.sampled_from([0, 0, 0, 1, 20, 90]), where=st.sampled_from("0123"))
    def send(self, who: int, said: dict[str, Any], back: float, where: str) -> None:
        patient = self.patients[who]
        own = list(patient.procedures.in_order())
        form = submission(
            described=self.now - timedelta(hours=back) if back else None,
            procedure=own[int(where)] if int(where) < len(own) else None,
            is_several=where == "3",
            **said,
        )
        self.submit(patient, form)

    @rule(which_form=nth, said=answers, changed=st.booleans())
    def go_back_and_send(self, which_form: int, said: dict[str, Any], changed: bool) -> None:
        if self.sent:
            patient, form = self.sent[which_form % len(self.sent)]
            again = submission(token=form.token, described=form.observed_at, **said) if changed else form
            self.submit(patient, again)

    @rule(which_one=nth, said=answers)
    def correct(self, which_one: int, said: dict[str, Any]) -> None:
        if self.sent:
            patient, _form = self.sent[which_one % len(self.sent)]
            first = patient.check_ins.order_by("number")[which_one % patient.check_ins.count()]
            self.submit(patient, submission(supersedes=first, described=first.observed_at, **said))

    def submit(self, patient: Patient, form: Submission) -> None:
        receipt = self.attempt(submit_check_in, patient=patient, by=patient.user, submission=form)
        if receipt:
            self.sent.append((patient, form))
            self.touched = patient

    @rule(who=which, by=which, result=results)
    def call(self, who: int, by: int, result: str) -> None:
        self.attempt(
            record_contact_attempt, patient=self.patients[who], by=self.staff[by].user, result=result
        )

    @rule(who=which, by=which)
    def patient_calls(self, who: int, by: int) -> None:
        self.attempt(
            record_contact_attempt,
            patient=self.patients[who],
            by=self.staff[by].user,
            result="reached",
            kind="patient_called",
        )

    @rule(by=which, result=results)
    def put_a_call_right(self, by: int, result: str) -> None:
        last = ContactAttempt.objects.filter(patient__in=self.patients).order_by("-at", "-pk").first()
        if last:
            self.attempt(correct_contact_attempt, attempt=last, by=self.staff[by].user, result=result)

    def open_alerts(self) -> list[Alert]:
        return list(
            Alert.objects.filter(patient__in=self.patients).open().order_by("opened_at", "rule", "pk")
        )

    def work(self, act: Callable[..., Any], which_one: int, by: int, **more: Any) -> None:
        if alerts := self.open_alerts():
            alert = alerts[which_one % len(alerts)]
            self.attempt(act, alert=alert, by=self.staff[by].user, **more)

    @rule(which_one=nth, by=which)
    def acknowledge(self, which_one: int, by: int) -> None:
        self.work(acknowledge, which_one, by)

    @rule(which_one=nth, by=which)
    def give_back(self, which_one: int, by: int) -> None:
        self.work(give_back, which_one, by)

    @rule(which_one=nth, by=which, note=st.sampled_from(["", "Looked at the pictures."]))
    def close(self, which_one: int, by: int, note: str) -> None:
        self.work(close, which_one, by, outcome="advice_given", note=note)

    @rule(which_one=nth, minutes=st.sampled_from([20, 100]))
    def set_next_try(self, which_one: int, minutes: int) -> None:
        at_ = self.now + timedelta(minutes=minutes)
        self.work(set_next_try, which_one, 1, at=at_, reason="Works until then.")

    @rule(which_one=nth, by=which, undone=st.booleans())
    def open_again(self, which_one: int, by: int, undone: bool) -> None:
        closed = Alert.objects.filter(patient__in=self.patients, status="closed").order_by("-closed_at", "pk")
        if closed:
            alert = closed[which_one % len(closed)]
            more = {} if undone else {"why": "Closed too soon."}
            self.attempt(undo_close if undone else reopen, alert=alert, by=self.staff[by].user, **more)

    @rule(which_one=nth, to=which)
    def move_a_procedure(self, which_one: int, to: int) -> None:
        procedures = list(Procedure.objects.filter(patient__in=self.patients).order_by("pk"))
        procedure = procedures[which_one % len(procedures)]
        self.attempt(
            move_recorded,
            procedure=procedure,
            version=procedure.version,
            to=self.patients[to],
            reason="Wrong name.",
            by=self.staff[0].user,
        )

    @rule(which_one=nth, hours=st.sampled_from([-50, -3, 3, 20]))
    def put_a_procedure_right(self, which_one: int, hours: int) -> None:
        procedures = list(Procedure.objects.filter(patient__in=self.patients).order_by("pk"))
        procedure = procedures[which_one % len(procedures)]
        treatment = Treatment(
            kind=procedure.kind,
            area=procedure.area,
            performed_at=procedure.performed_at + timedelta(hours=hours),
        )
        self.attempt(
            correct_procedure,
            procedure=procedure,
            version=procedure.version,
            treatment=treatment,
            reason="Wrong line.",
            by=self.staff[0].user,
        )

    @rule(later=minutes)
    def wait(self, later: int) -> None:
        """Let time pass, and the periodic tasks run once at its end."""
        type(self).steps += 1
        self.now = min(self.now + timedelta(minutes=later), LONGEST)
        self.run_tasks()
        before = self.told_so_far()
        self.run_tasks()
        assert self.told_so_far() == before, "told twice"
        for alert in self.open_alerts():
            due = [one for one in acts_of(alert) if one is not None]
            assert all(one > self.now for one in due), f"{alert.rule} is late"

    def run_tasks(self) -> None:
        escalate(self.now)
        follow_up(self.now)
        notify_left_open(self.now)
        record_silence_after_alerts(self.now)
        record_missed_check_ins(self.now)
        drain(self.now)

    def told_so_far(self) -> tuple[int, int]:
        return Dispatch.objects.count(), Message.objects.count()

    # ---- what must hold ----

    @invariant()
    def the_open_alert_leads(self) -> None:
        for patient in getattr(self, "patients", []):
            if level := unreached_level(patient):
                assert lead_of(patient, self.now).word == level.value

    @invariant()
    def today_leads_with_the_open_alert(self) -> None:
        """At every fifth step, one patient's page in turn: a page costs more than five steps."""
        type(self).looks += 1
        if self.looks % 5 or not hasattr(self, "patients"):
            return
        patient = self.patients[self.looks // 5 % 3]
        page = today_of(patient, self.now)
        if level := unreached_level(patient):
            assert f'data-lead="{level.value}"' in page
            assert "No warning sign" not in page

    @invariant()
    def the_queue_is_never_older_than_its_alerts(self) -> None:
        """At two steps of ten, one after the other: the first fills what is kept, the second may find it."""
        if self.looks % 10 > 1 or not hasattr(self, "staff"):
            return
        shown = queue_of(self.staff[0], self.now)
        kept = list(kept_lists.values.items())
        kept_lists.clear()
        assert queue_of(self.staff[0], self.now) == shown
        kept_lists.values.update(kept)
        for alert in self.open_alerts():
            assert any(f"-{alert.patient_id}" in part for part in shown)

    @invariant()
    def nobody_stays_untold(self) -> None:
        for patient in getattr(self, "patients", []):
            waiting = [alert for alert in patient.alerts.waiting() if alert.triage_level >= Level.URGENT]
            for alert in waiting:
                is_below = any(other.triage_level > alert.triage_level for other in waiting)
                told = Dispatch.objects.filter(alerts=alert, decided_at__gte=alert.waiting_since)
                assert is_below or told.exists(), f"nobody was told of {alert.rule}"

    @invariant()
    def something_will_happen(self) -> None:
        for patient in getattr(self, "patients", []):
            for alert in patient.alerts.open():
                if alert.triage_level >= Level.URGENT and not was_reached(alert):
                    assert any(acts_of(alert)), f"nothing follows {alert.rule} ({alert.status})"

    @invariant()
    def the_auditor_finds_nothing(self) -> None:
        if hasattr(self, "now"):
            assert {**without_next_act(self.now), **untold(self.now)} == {}

    @invariant()
    def each_token_has_one_line_in_force(self) -> None:
        for patient in getattr(self, "patients", []):
            replaced = [one.supersedes_id for one in patient.check_ins.exclude(supersedes=None)]
            assert len(replaced) == len(set(replaced))
            last = patient.check_ins.order_by("-number").first()
            assert last is None or not CheckIn.objects.filter(supersedes=last).exists()


def unreached_level(patient: Patient) -> Level | None:
    """The highest level of the open alerts, of same day and higher, that nobody has reached the patient about."""
    levels = [alert.triage_level for alert in patient.alerts.open() if not was_reached(alert)]
    return max((level for level in levels if level >= Level.SAME_DAY), default=None)


def today_of(patient: Patient, now: datetime) -> str:
    """The patient's first page as the browser gets it."""
    with frozen_at(now):
        client = Client()
        client.force_login(patient.user)
        response = client.get("/")
    assert response.status_code == 200
    return str(response.content.decode())


def queue_of(member: StaffMember, now: datetime) -> list[str]:
    """The rows of the queue as the browser gets them: which alerts wait and since when, levels and owners.

    The pie of a clock moves within the minute for which a list is kept.
    """
    with frozen_at(now):
        client = Client()
        client.force_login(member.user)
        response = client.get("/clinic/queue/")
    assert response.status_code == 200
    return re.findall(
        r'(?:id|data-waits|data-lv|name="shown" value)="[^"]*"|q-own">[^<]*', response.content.decode()
    )


def was_reached(alert: Alert) -> bool:
    return alert.reached_at is not None and alert.reached_at >= alert.last_reported_at


def acts_of(alert: Alert) -> Iterator[datetime | None]:
    """When the portal does something about an alert next."""
    yield alert.next_escalation_at if alert.is_waiting else None
    yield alert.follow_up_at


def run(examples: int, length: int) -> int:
    """Returns how many steps were run."""
    Situation.steps = 0
    run_state_machine_as_test(
        Situation,
        settings=settings(
            max_examples=examples,
            stateful_step_count=length,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    return Situation.steps


@pytest.mark.django_db
@pytest.mark.starts_first
def test_whatever_people_do_nobody_stays_untold(record_property: Callable[[str, object], None]) -> None:
    record_property("steps", steps := run(examples=10, length=20))
    assert steps > 60


@pytest.mark.slow
@pytest.mark.django_db
def test_whatever_people_do_for_long_nobody_stays_untold(
    record_property: Callable[[str, object], None],
) -> None:
    record_property("steps", steps := run(examples=100, length=50))
    assert steps > 2000
