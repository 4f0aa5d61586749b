"""Telephone numbers: what is typed, what is stored, what is shown and what is dialled."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection
from django.template import Context, Template
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from aftercare.people.models import Clinic, Patient, StaffMember
from aftercare.people.telephones import TelephoneFormField
from aftercare.ui.telephones import Telephone, region_of
from tests.factories import ClinicFactory, PatientFactory

# Typed, the clinic's zone, stored, shown by the clinic, dialled.
READ = [
    ("0161 496 0123", "Europe/London", "+441614960123", "0161 496 0123", "+441614960123"),
    ("+44 (0)161 496 0123", "Europe/London", "+441614960123", "0161 496 0123", "+441614960123"),
    ("0044 161-496-0123", "Europe/London", "+441614960123", "0161 496 0123", "+441614960123"),
    ("161 496 0123", "Europe/London", "+441614960123", "0161 496 0123", "+441614960123"),
    ("0161–496–0123", "Europe/London", "+441614960123", "0161 496 0123", "+441614960123"),
    ("\u202a+44 161 496 0123\u202c", "Europe/London", "+441614960123", "0161 496 0123", "+441614960123"),
    ("٠١٦١٤٩٦٠١٢٣", "Europe/London", "+441614960123", "0161 496 0123", "+441614960123"),
    # A range that is kept for drama: of the right length, and in use nowhere.
    ("(07700) 900-142", "Europe/London", "+447700900142", "07700 900142", "+447700900142"),
    # From another country: as one writes it from here.
    ("+1 212 555 0123", "Europe/London", "+12125550123", "+1 212-555-0123", "+12125550123"),
    ("+44 161 496 0123", "America/New_York", "+441614960123", "+44 161 496 0123", "+441614960123"),
    ("(212) 555-0123", "America/New_York", "+12125550123", "(212) 555-0123", "+12125550123"),
    ("030 1234567", "Europe/Berlin", "+49301234567", "030 1234567", "+49301234567"),
    ("06 698 12345", "Europe/Rome", "+390669812345", "06 6981 2345", "+390669812345"),
    # No country belongs to this zone: a number needs its own.
    ("+44 161 496 0123", "UTC", "+441614960123", "+44 161 496 0123", "+441614960123"),
    # Another name of a zone.
    ("0161 496 0123", "Europe/Belfast", "+441614960123", "0161 496 0123", "+441614960123"),
]
REFUSED = [
    ("12", "Europe/London"),
    ("1", "Europe/London"),
    ("999", "Europe/London"),
    ("112", "Europe/London"),
    ("496 0123", "Europe/London"),
    ("0161 496 0123 ext 5", "Europe/London"),
    ("0161 496 0123, after five", "Europe/London"),
    ("0161 496 0123 / 0199", "Europe/London"),
    ("0800 FLOWERS", "Europe/London"),
    ("ask at the desk", "Europe/London"),
    ("0161 496 0123 0161 496 0199", "Europe/London"),
    ("0161 496 0123", "UTC"),
    ("+", "Europe/London"),
    ("+999 123 456 789", "Europe/London"),
]


def shown(source: str, **context: object) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


@pytest.mark.django_db
@pytest.mark.parametrize(("typed", "zone", "stored", "read", "dialled"), READ)
def test_a_number_is_stored_as_e164_shown_as_people_write_it_and_dialled_from_anywhere(
    typed: str, zone: str, stored: str, read: str, dialled: str
) -> None:
    clinic = Clinic.objects.get(pk=ClinicFactory.create(telephone=typed, time_zone=zone).pk)
    patient = PatientFactory.create(clinic=clinic, call_back_telephone=typed)
    with connection.cursor() as cursor:
        cursor.execute("select telephone from people_clinic where id = %s", [clinic.pk])
        assert cursor.fetchone() == (stored,)
        cursor.execute("select call_back_telephone from people_patient")
        assert cursor.fetchone() == (stored,)
    kept = Patient.objects.select_related("clinic").get(pk=patient.pk).call_back_telephone
    for number in (clinic.telephone, kept):
        assert shown("{{ number }}|{{ number|tel }}", number=number) == f"{read}|tel:{dialled}"
    # Text that was kept with a check-in is written and dialled the same way.
    text = shown("{{ number|telephone:clinic }}|{{ number|tel }}", number=stored, clinic=clinic)
    assert text == f"{read}|tel:{dialled}"


@pytest.mark.django_db
@pytest.mark.parametrize(("typed", "zone"), REFUSED)
def test_what_cannot_be_dialled_from_anywhere_is_refused(typed: str, zone: str) -> None:
    with pytest.raises(ValidationError, match="Give a telephone number, such as"):
        TelephoneFormField(region=region_of(zone)).clean(typed)
    clinic = ClinicFactory.build(telephone=typed, time_zone=zone)
    with pytest.raises(ValidationError) as refused:
        clinic.full_clean()
    assert "telephone" in refused.value.message_dict


@pytest.mark.parametrize(
    ("number", "zone", "is_accepted"),
    [
        ("999", "Europe/London", True),
        ("112", "Europe/London", True),
        ("911", "America/Chicago", True),
        ("15", "Europe/Paris", True),
        ("000", "Australia/Sydney", True),
        ("112", "UTC", True),
        ("911", "UTC", True),
        # Dialled in London it reaches nobody.
        ("911", "Europe/London", False),
        ("12", "Europe/London", False),
        ("12", "UTC", False),
        ("0", "UTC", False),
        ("0161 496 0123", "Europe/London", False),
        ("+44999", "Europe/London", False),
        ("999 or 112", "Europe/London", False),
    ],
)
@pytest.mark.django_db
def test_an_emergency_number_is_one_that_calls_for_help_where_the_clinic_is(
    number: str, zone: str, is_accepted: bool
) -> None:
    clinic = ClinicFactory.build(emergency_number=number, time_zone=zone, telephone="+44 161 496 0123")
    clinic.out_of_hours_telephone = clinic.telephone
    if not is_accepted:
        with pytest.raises(ValidationError) as refused:
            clinic.full_clean()
        assert list(refused.value.message_dict) == ["emergency_number"]
        return
    clinic.full_clean()
    assert shown("{{ number|telephone }} {{ number|tel }}", number=number) == f"{number} tel:{number}"


@pytest.mark.django_db
def test_numbers_so_far_are_read_and_what_cannot_be_read_stays_as_it_was_typed() -> None:
    clinic = ClinicFactory.create()
    typed = {"0161 496 0123": "+441614960123", "+44 (0)7700 900142": "+447700900142", "12": "12", "": ""}
    typed["0161 496 0123 ext 5"] = "0161 496 0123 ext 5"
    column = Patient._meta.pk
    kept = {
        column.get_db_prep_value(PatientFactory.create(clinic=clinic).pk, connection): one for one in typed
    }
    with connection.cursor() as cursor:
        for pk, number in kept.items():
            cursor.execute("update people_patient set call_back_telephone = %s where id = %s", [number, pk])
        cursor.execute("update people_clinic set telephone = '(0161) 4960123', out_of_hours_telephone = '1'")
    migration = import_module("aftercare.people.migrations.0011_read_the_telephones_so_far")
    migration.read_telephones(apps, None)
    with connection.cursor() as cursor:
        for pk, number in kept.items():
            cursor.execute("select call_back_telephone from people_patient where id = %s", [pk])
            assert cursor.fetchone() == (typed[number],)
        cursor.execute("select telephone, out_of_hours_telephone from people_clinic")
        assert cursor.fetchone() == ("+441614960123", "1")


@pytest.mark.django_db
def test_a_number_that_could_not_be_read_is_shown_as_typed_and_dials_what_stands_before_the_words() -> None:
    number = Telephone.read("0161 496 0123 ext 5", "GB")
    assert shown("{{ number }}|{{ number|tel }}", number=number) == "0161 496 0123 ext 5|tel:+441614960123"
    assert shown("{{ number|tel }}", number="javascript:alert(1)") == "tel:1"


@pytest.mark.django_db
def test_a_number_without_its_clinic_is_written_for_where_the_page_is_read(nurse: StaffMember) -> None:
    patient = PatientFactory.create(clinic=nurse.clinic, call_back_telephone="07700 900142")
    alone = Patient.objects.get(pk=patient.pk)
    assert str(alone.call_back_telephone) == "+44 7700 900142"
    with timezone.override("Europe/London"):
        assert str(alone.call_back_telephone) == "07700 900142"
    assert alone.call_back_telephone == "+447700900142"
    assert alone.call_back_telephone != ""


@pytest.mark.django_db
def test_telephones_of_a_list_of_patients_cost_no_query(
    nurse: StaffMember, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in ("07700 900142", "12", ""):
        PatientFactory.create(clinic=nurse.clinic, call_back_telephone=number)
    with django_assert_num_queries(1):
        assert {str(one.call_back_telephone) for one in Patient.objects.all()} == {
            "+44 7700 900142",
            "12",
            "",
        }
