"""Detection of patients of the clinic who may be the person being enrolled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from aftercare.people.models import Clinic, Patient, Procedure, User
from aftercare.people.name_matching import is_like
from aftercare.ui.telephones import Telephone, as_telephone
from clinic.labels import age_words

SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate:
    """A patient who may be the same person, and the reason."""

    patient: Patient
    because: str
    now: datetime

    @property
    def age(self) -> str:
        return age_words(self.patient, self.now)

    @property
    def procedure(self) -> Procedure | None:
        """The latest procedure."""
        return self.patient.procedures.in_order().last()


def likely_duplicates(
    clinic: Clinic, *, name: str, email: str, born: date | None, telephone: Telephone | str, now: datetime
) -> list[Duplicate]:
    """Return patients with the same address, the same telephone, or the same birth date and a similar name."""
    number = as_telephone(telephone, clinic.telephone_region) if telephone else None
    wanted = Q()
    if email:
        # Looked up first: an OR over two tables can use no index.
        wanted |= Q(user__in=list(User.objects.filter(email=email).values_list("pk", flat=True)))
    if born:
        wanted |= Q(date_of_birth=born)
    if number and number.is_valid():
        wanted |= Q(call_back_telephone=number.kept)
    if not wanted:
        return []
    patients = clinic.patients.filter(wanted)
    found = []
    for patient in patients.select_related("user", "clinic").order_by("pk"):
        same = list(in_common(patient, name=name, email=email, born=born, number=number))
        if same:
            found.append(Duplicate(patient=patient, because=", ".join(same), now=now))
    return found[:SHOWN]


def in_common(
    patient: Patient, *, name: str, email: str, born: date | None, number: Telephone | None
) -> Iterable[str]:
    """Yield the reasons why a patient may be the same person. A birth date alone is not a reason."""
    if email and patient.user.email == email:
        yield _("same e-mail address")
    if born and patient.date_of_birth == born and is_like(patient.user.get_full_name(), name):
        yield _("same birth date and a like name")
    if number and number.is_valid() and patient.call_back_telephone == number:
        yield _("same telephone")
