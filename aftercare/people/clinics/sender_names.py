"""Sender names of mails: the clinic's, else the portal's own."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from aftercare.people.models import Clinic, Companion, Patient, StaffMember, User


def clinic_names(clinics: Collection[int]) -> Mapping[int, str]:
    """Return the current names of clinics by id."""
    return dict(Clinic.objects.filter(pk__in=clinics).values_list("pk", "name"))


def own_clinic_name(address: str) -> str:
    """Return the name of the only clinic of the user with this address; "" for several or none."""
    of_user = User.objects.filter(email=address.lower()).values("pk")
    treated = (
        Patient.objects.opened_by_sign_in().filter(user__in=of_user).values_list("clinic__name", flat=True)
    )
    works = StaffMember.objects.active().filter(user__in=of_user).values_list("clinic__name", flat=True)
    looks = Companion.objects.active().filter(user__in=of_user)
    looked_at = looks.order_by().values_list("patient__clinic__name", flat=True)
    names = set(treated.union(works, looked_at))
    return names.pop() if len(names) == 1 else ""
