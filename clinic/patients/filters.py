"""Filters of the list of patients. They are in the URL, which names nobody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy

from aftercare.alerts.models import Alert
from aftercare.checkins.follow_up.non_response import non_responders
from aftercare.people.models import Clinic, Patient, Procedure

WHO = (
    ("", gettext_lazy("Everybody")),
    ("alert", gettext_lazy("Open alert")),
    ("silent", gettext_lazy("Silent")),
    ("none", gettext_lazy("No procedure")),
    ("number", gettext_lazy("Telephone to check")),
)
# Ranges of days since the latest treatment, each of 24 hours: [first, end).
DAYS = {"0-1": (0, 2), "2-3": (2, 4), "4-7": (4, 8), "8-14": (8, 15), "15-28": (15, 29), "29-": (29, None)}
DAY_CHOICES = (
    ("", gettext_lazy("Any day")),
    ("0-1", gettext_lazy("Day 0 or 1")),
    ("2-3", gettext_lazy("Day 2 or 3")),
    ("4-7", gettext_lazy("Day 4 to 7")),
    ("8-14", gettext_lazy("Day 8 to 14")),
    ("15-28", gettext_lazy("Day 15 to 28")),
    ("29-", gettext_lazy("Later")),
)
E164 = r"^\+[0-9]{7,15}$"


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientFilters:
    """The chosen filters. `who`: a value of WHO; `day`: a key of DAYS. Empty means no filter."""

    who: str = ""
    day: str = ""

    @classmethod
    def read(cls, asked: Mapping[str, str]) -> Self:
        """Read the filters from a query string, ignoring unknown values."""
        who, day = asked.get("who", ""), asked.get("day", "")
        return cls(who=who if who in dict(WHO) else "", day=day if day in DAYS else "")

    @property
    def query(self) -> str:
        """The query string of these filters."""
        return urlencode({name: value for name in ("who", "day") if (value := getattr(self, name))})

    @property
    def is_narrow(self) -> bool:
        return bool(self.who or self.day)

    def narrow(self, patients: QuerySet[Patient], clinic: Clinic, now: datetime) -> QuerySet[Patient]:
        """Return the patients that match both filters."""
        if self.who == "alert":
            patients = patients.filter(Exists(Alert.objects.open().filter(patient=OuterRef("pk"))))
        elif self.who == "silent":
            patients = patients.filter(pk__in=non_responders([clinic.pk]).order_by().values("patient"))
        elif self.who == "none":
            patients = patients.exclude(Exists(Procedure.objects.filter(patient=OuterRef("pk"))))
        elif self.who == "number":
            patients = patients.filter(~Q(call_back_telephone__regex=E164), ~Q(call_back_telephone=""))
        return self.on_day(patients, now) if self.day else patients

    def on_day(self, patients: QuerySet[Patient], now: datetime) -> QuerySet[Patient]:
        """Return the patients whose latest treatment was within the range of days."""
        first, end = DAYS[self.day]
        latest = Procedure.objects.filter(patient=OuterRef("pk")).order_by("-performed_at")
        patients = patients.annotate(treated_at=Subquery(latest.values("performed_at")[:1]))
        patients = patients.filter(treated_at__lte=now - timedelta(days=first))
        return patients.filter(treated_at__gt=now - timedelta(days=end)) if end else patients
