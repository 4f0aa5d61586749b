"""Changes of what the queue of a clinic shows, written by the database itself: `clinic/queue/live/watched.py`."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import ClassVar

from django.db import connection, models, transaction

MARKS = 2**44  # a mark is below
EVERY_CLINIC = 0  # SQLite, which is for demonstrations, does not ask whose a row is
VERSION = "SELECT SUM(mark) FROM alerts_queuechange WHERE clinic_id IN ({})"


def versions_sql(clinic_ids: Collection[int]) -> tuple[str, list[int]]:
    """Return the query for the sum from which `version_from` makes the version, and its parameters."""
    asked = [EVERY_CLINIC, *clinic_ids]
    return VERSION.format(", ".join(["%s"] * len(asked))), asked


def version_from(total: Decimal | int | None) -> int:
    return int(total or 0) % MARKS


class QueueChangeManager(models.Manager["QueueChange"]):
    def version_of(self, clinic_ids: Collection[int]) -> int:
        """Return a number that no other state of these clinics' queues had, as this transaction sees them."""
        with connection.cursor() as cursor:
            cursor.execute(*versions_sql(clinic_ids))
            (total,) = cursor.fetchone()
        return version_from(total)

    def fold(self) -> int:
        """Replace the changes of each clinic by one with the same sum; return the number of clinics that had several.

        A clinic's version stays the same, and is read from one row again.
        """
        several = self.values("clinic_id").annotate(rows=models.Count("pk")).filter(rows__gt=1)
        clinics = list(several.values_list("clinic_id", flat=True))
        for clinic in clinics:
            self.fold_clinic(clinic)
        return len(clinics)

    @transaction.atomic
    def fold_clinic(self, clinic_id: int) -> None:
        """Fold the changes of a clinic; each is deleted, and counted, by one process alone."""
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM alerts_queuechange WHERE clinic_id = %s RETURNING mark", [clinic_id])
            total = sum(mark for (mark,) in cursor.fetchall())
        self.create(clinic_id=clinic_id, mark=total % MARKS)


class QueueChange(models.Model):
    """A transaction that changed what the queue of a clinic shows.

    The version of a queue is the sum of the marks of its clinic. Each mark is random, so that the sum changes with each
    commit and never comes again, also after a rollback. Rows are inserted only: writers wait for nobody, as they would
    for each other at a counter, and a transaction that began earlier and commits later changes the sum all the same.
    """

    id = models.BigAutoField(primary_key=True)
    # No foreign key, which would lock the row of the clinic for each change.
    clinic_id = models.BigIntegerField(db_index=True)
    mark = models.BigIntegerField()

    objects: ClassVar = QueueChangeManager()

    def __str__(self) -> str:
        return f"change {self.pk} at clinic {self.clinic_id}"
