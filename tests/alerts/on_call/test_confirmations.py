"""Who is on duty next is asked to confirm at a sensible hour; if nobody has, the managers are warned once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from pytest_django import Settings

from aftercare.alerts.models import ContactStep, DutyConfirmation
from aftercare.alerts.on_call.confirmations import ASKED, WARNED, confirm, follow_rota, own_duty
from aftercare.alerts.on_call.duties import ask_at, duties_ahead
from aftercare.alerts.on_call.overrides import set_override
from aftercare.alerts.on_call.roster import Roster
from aftercare.outbox.delivery import sweep
from aftercare.outbox.models import Message
from aftercare.people.actions.rota import put_on_duty
from aftercare.people.models import Clinic, QuietHours, Shift, StaffMember
from tests.factories import MONDAY, at
from tools.servers.providers.answering import provider

LONDON = ZoneInfo("Europe/London")


@pytest.fixture
def step(clinic: Clinic, manager: StaffMember) -> ContactStep:
    return ContactStep.objects.create(clinic=clinic, position=0, on_duty=True)


@pytest.fixture
def night(clinic: Clinic, nurse: StaffMember, step: ContactStep) -> Shift:
    """The nurse's shift: Monday 18:00 to Tuesday 08:00."""
    return Shift.objects.create(clinic=clinic, member=nurse, starts_at=at(8), ends_at=at(22))


def kinds() -> list[tuple[str, str]]:
    rows = Message.objects.order_by("created_at", "kind", "recipient__first_name")
    return list(rows.values_list("kind", "recipient__first_name"))


@pytest.mark.parametrize(
    ("starts", "asked"),
    [
        # By the clock in London. Days first, then the clocks that change on 29 March and 25 October 2026.
        ((2026, 1, 12, 18, 0), (2026, 1, 12, 14, 0)),
        ((2026, 1, 12, 12, 0), (2026, 1, 12, 8, 0)),
        ((2026, 1, 12, 10, 0), (2026, 1, 12, 8, 0)),  # two hours are left in the morning
        ((2026, 1, 12, 9, 59), (2026, 1, 11, 18, 0)),
        ((2026, 1, 12, 8, 0), (2026, 1, 11, 18, 0)),
        ((2026, 1, 13, 0, 59), (2026, 1, 12, 20, 59)),
        ((2026, 1, 13, 1, 0), (2026, 1, 12, 18, 0)),
        ((2026, 1, 13, 3, 0), (2026, 1, 12, 18, 0)),
        ((2026, 3, 29, 4, 0), (2026, 3, 28, 18, 0)),
        ((2026, 3, 29, 8, 0), (2026, 3, 28, 18, 0)),
        ((2026, 3, 29, 18, 0), (2026, 3, 29, 14, 0)),
        ((2026, 10, 25, 4, 0), (2026, 10, 24, 18, 0)),
        ((2026, 10, 25, 18, 0), (2026, 10, 25, 14, 0)),
    ],
)
def test_it_is_asked_four_hours_before_and_never_at_night(
    starts: tuple[int, ...], asked: tuple[int, ...]
) -> None:
    def instant(clock: tuple[int, ...]) -> datetime:
        year, month, day, hour, minute = clock
        return datetime(year, month, day, hour, minute, tzinfo=LONDON).astimezone(UTC)

    assert ask_at(instant(starts), LONDON).astimezone(UTC) == instant(asked)


@pytest.mark.django_db
class TestAsking:
    def test_the_person_is_asked_once_by_a_mail_with_a_link_and_no_patient(
        self, clinic: Clinic, nurse: StaffMember, night: Shift
    ) -> None:
        assert follow_rota(at(3.9)) == 0
        assert (follow_rota(at(4)), follow_rota(at(4)), follow_rota(at(5))) == (1, 0, 0)
        sweep(lambda: at(4.1))

        assert kinds() == [(ASKED, "Ruth")]
        [one] = mail.outbox
        assert one.subject == "You are on duty from Mon 12 Jan, 18:00"
        assert f"/clinic/on-call/duties/{DutyConfirmation.objects.get().pk}/" in one.body

    def test_an_sms_is_one_segment_with_the_link_last(
        self, clinic: Clinic, nurse: StaffMember, night: Shift, settings: Settings
    ) -> None:
        nurse.user.contact_points.create(
            kind="sms", address="+447700900163", created_at=MONDAY, verified_at=MONDAY
        )
        nurse.user.contact_rules.create(level="same_day", kind="sms", after_min=0)
        with provider() as running:
            settings.SMS_URL, settings.CHANNEL_HOSTS = running.sms_url, ("127.0.0.1",)
            follow_rota(at(4))
            sweep(lambda: at(4.1))

            [(number, text)] = running.texts
        assert number == "+447700900163"
        assert len(text) <= 160
        assert text.endswith(f"/clinic/on-call/duties/{DutyConfirmation.objects.get().pk}/")

    def test_quiet_hours_hold_it_back_unless_the_duty_began_meanwhile(
        self, clinic: Clinic, nurse: StaffMember, night: Shift
    ) -> None:
        QuietHours.objects.create(user=nurse.user, starts="13:00", ends="15:00")
        follow_rota(at(4))
        assert Message.objects.get().next_attempt_at == at(5)
        Message.objects.all().delete()
        DutyConfirmation.objects.all().delete()
        QuietHours.objects.update(ends="19:00")
        follow_rota(at(4))
        assert Message.objects.get().next_attempt_at == at(4)

    def test_shifts_that_follow_each_other_are_one_duty(
        self, clinic: Clinic, nurse: StaffMember, night: Shift
    ) -> None:
        Shift.objects.create(clinic=clinic, member=nurse, starts_at=at(22), ends_at=at(32))

        found = duties_ahead(Roster.of(clinic, at(0)), at(0))
        assert [(one.member, one.starts_at, one.ends_at) for one in found] == [(nurse, at(8), at(32))]

    def test_somebody_who_is_always_on_is_asked_nothing(
        self, clinic: Clinic, nurse: StaffMember, step: ContactStep
    ) -> None:
        Shift.objects.create(clinic=clinic, member=nurse, starts_at=at(-8), ends_at=at(22))
        Shift.objects.create(clinic=clinic, member=nurse, starts_at=at(22), ends_at=at(190))

        assert [follow_rota(at(h)) for h in (0, 12, 24)] == [0, 0, 0]

    def test_a_clinic_whose_steps_use_no_rota_asks_nothing(
        self, clinic: Clinic, nurse: StaffMember, night: Shift
    ) -> None:
        ContactStep.objects.update(on_duty=False)

        assert follow_rota(at(5)) == 0
        assert follow_rota(at(9)) == 0

    def test_whoever_is_on_instead_is_asked_and_the_mail_to_the_other_is_withdrawn(
        self,
        clinic: Clinic,
        nurse: StaffMember,
        clinician: StaffMember,
        manager: StaffMember,
        night: Shift,
    ) -> None:
        follow_rota(at(4))
        set_override(
            member=clinician,
            instead_of=nurse,
            starts_at=at(8),
            ends_at=at(22),
            by=manager.user,
            now=at(4.5),
        )
        follow_rota(at(4.6))
        sweep(lambda: at(4.7))

        states = Message.objects.filter(kind=ASKED).values_list("recipient__first_name", "state")
        assert sorted(states) == [("Ruth", "withdrawn"), ("Tom", "sent")]
        assert own_duty(nurse, at(5)) is None
        assert own_duty(clinician, at(5)) is not None

    @pytest.mark.parametrize(
        ("first", "weeks"),
        [(datetime(2026, 3, 22, 18, tzinfo=LONDON), 2), (datetime(2026, 10, 18, 18, tzinfo=LONDON), 2)],
        ids=["spring", "autumn"],
    )
    def test_a_weekly_shift_keeps_its_clock_when_the_clocks_change(
        self, clinic: Clinic, nurse: StaffMember, step: ContactStep, first: datetime, weeks: int
    ) -> None:
        put_on_duty(
            member=nurse,
            starts_at=first,
            ends_at=first + timedelta(hours=14),
            weeks=weeks,
            by=nurse.user,
            now=first.astimezone(UTC),
        )
        noon = (first + timedelta(days=7)).replace(hour=14).astimezone(UTC)

        assert follow_rota(noon - timedelta(minutes=1)) == 0
        assert follow_rota(noon) == 1
        asked = DutyConfirmation.objects.get()
        assert asked.starts_at.astimezone(clinic.zone).strftime("%d %H:%M")[3:] == "18:00"


@pytest.mark.django_db
class TestWarning:
    def test_the_manager_is_warned_once_if_nobody_has_confirmed_by_the_start(
        self, clinic: Clinic, nurse: StaffMember, night: Shift
    ) -> None:
        follow_rota(at(4))
        assert follow_rota(at(7.99)) == 0
        assert (follow_rota(at(8)), follow_rota(at(8)), follow_rota(at(12))) == (1, 0, 0)
        sweep(lambda: at(8.1))

        assert Message.objects.filter(kind=WARNED).values_list("recipient__first_name", flat=True)[0] == "Ann"
        assert mail.outbox[-1].subject == "Ruth Test is on duty since 18:00 and has not confirmed it"

    def test_whoever_has_confirmed_is_not_warned_of(
        self, clinic: Clinic, nurse: StaffMember, night: Shift
    ) -> None:
        follow_rota(at(4))
        asked = own_duty(nurse, at(5))
        assert asked is not None
        assert confirm(asked=asked, by=nurse.user, now=at(5))
        assert not confirm(asked=asked, by=nurse.user, now=at(5))

        assert follow_rota(at(8)) == 0
        assert own_duty(nurse, at(8)) is None

    def test_confirmed_a_moment_later_the_warning_does_not_leave(
        self, clinic: Clinic, nurse: StaffMember, night: Shift
    ) -> None:
        follow_rota(at(4))
        follow_rota(at(8))
        asked = own_duty(nurse, at(8))
        assert asked is not None
        confirm(asked=asked, by=nurse.user, now=at(8))
        sweep(lambda: at(8.1))

        assert Message.objects.get(kind=WARNED).state == Message.State.WITHDRAWN

    def test_nobody_is_warned_where_somebody_else_has_confirmed_all_of_it(
        self, clinic: Clinic, nurse: StaffMember, clinician: StaffMember, night: Shift
    ) -> None:
        Shift.objects.create(clinic=clinic, member=clinician, starts_at=at(8), ends_at=at(22))
        follow_rota(at(4))
        asked = own_duty(clinician, at(5))
        assert asked is not None
        confirm(asked=asked, by=clinician.user, now=at(5))

        assert follow_rota(at(8)) == 0

    def test_only_whoever_has_the_duty_confirms_it(
        self, clinic: Clinic, nurse: StaffMember, clinician: StaffMember, night: Shift
    ) -> None:
        follow_rota(at(4))

        with pytest.raises(ValueError, match="whoever has it"):
            confirm(asked=DutyConfirmation.objects.get(), by=clinician.user, now=at(5))

    def test_an_error_at_one_clinic_stops_no_other(
        self,
        clinic: Clinic,
        other_clinic: Clinic,
        outsider: StaffMember,
        night: Shift,
    ) -> None:
        ContactStep.objects.create(clinic=other_clinic, position=0, on_duty=True)
        Shift.objects.create(clinic=other_clinic, member=outsider, starts_at=at(8), ends_at=at(22))
        Clinic.objects.filter(pk=min(clinic.pk, other_clinic.pk)).update(time_zone="Nowhere/Nothing")

        assert follow_rota(at(4)) == 1
