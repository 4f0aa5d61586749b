"""Audit events: append-only, the actor never null."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from aftercare.people.encryption.fields import EncryptedJSONField
from aftercare.people.models.append_only import AppendOnly
from aftercare.people.models.clinics import Clinic
from aftercare.people.models.patients import Patient
from aftercare.people.models.users import User


class Event(AppendOnly):
    """An act or view. `subject`: id of the record; `data`: ids, codes and instants, no words about a person."""

    class Verb(models.TextChoices):
        ENROLLED = "enrolled", _("enrolled the patient")
        INVITED = "invited", _("sent the patient an invitation")
        HANDED_OVER = "handed_over", _("handed the patient a sign-in link")
        CAME_IN = "came_in", _("signed in with the invitation")
        JOINED = "joined", _("agreed to use the portal with this clinic too")
        AGREED = "agreed", _("agreed to the text on data and privacy")
        REFUSED_LINK = "refused_link", _("was refused: opened somebody else’s link")
        CHANGED_DETAILS = "changed_details", _("changed how the patient is reached or named")
        RECORDED_PROCEDURE = "recorded_procedure", _("recorded a procedure")
        WARNED = "warned", _("was warned: treated over an open alert")
        SUBMITTED_FOR = "submitted_for", _("entered a check-in for the patient")
        OPENED_ALERT = "opened_alert", _("opened this page")
        OPENED_PATIENT = "opened_patient", _("opened the patient's page")
        LOOKED = "looked", _("looked at the patient's data")
        ACKNOWLEDGED = "acknowledged", _("acknowledged")
        ASSIGNED = "assigned", _("gave it to somebody")
        GAVE_BACK = "gave_back", _("gave it back")
        CLOSED = "closed", _("closed")
        UNDID_CLOSE = "undid_close", _("undid closing it")
        REOPENED = "reopened", _("opened it again")
        PASSED_ON = "passed_on", _("passed it on to the next contact")
        ESCALATED = "escalated", _("told the next contact: nobody has acknowledged")
        NOTED_SILENCE = "noted_silence", _("told the clinic: no check-in since this alert")
        FORGOTTEN = "forgotten", _("told the next contact: acknowledged, and no call since")
        RETURNED = "returned", _("took it back for anybody: its owner is not there")
        TRIED_CONTACT = "tried_contact", _("tried to reach the patient")
        CORRECTED_CONTACT = "corrected_contact", _("corrected what was recorded of a call")
        NOT_REACHED = "not_reached", _("told the manager: three tries did not reach the patient")
        SET_NEXT_TRY = "set_next_try", _("set the next try")
        LEFT_OPEN = "left_open", _("told the owner and the manager: not closed for three days")
        UNDELIVERED = "undelivered", _("told the next contact: a message was refused")
        NOBODY_TO_TELL = "nobody_to_tell", _("told the technical contact: the clinic has nobody to tell")
        SAID_CALLED = "said_called", _("said that they called")
        OPENED_LETTER = "opened_letter", _("opened the message")
        SENT_LETTER = "sent_letter", _("sent the patient a message")
        CHANGED_CONTACTS = "changed_contacts", _("changed who is told")
        STARTED_DRILL = "started_drill", _("started an alarm drill")
        ACKNOWLEDGED_DRILL = "acknowledged_drill", _("acknowledged an alarm drill")
        STOPPED_DRILL = "stopped_drill", _("stopped an alarm drill")
        RETRIED_MESSAGE = "retried_message", _("let a message that failed be tried again")
        DISMISSED_MESSAGE = "dismissed_message", _("looked into a message that failed")
        SENT_AGAIN = "sent_again", _("sent a message again")
        ADDED_STAFF = "added_staff", _("added a staff member")
        INVITED_STAFF = "invited_staff", _("sent a staff member an invitation")
        CHANGED_ACCOUNT = "changed_account", _("changed their own name or telephone")
        CHANGED_REACH = "changed_reach", _("changed how they are reached")
        CHANGED_ADDRESS = "changed_address", _("changed the address they sign in with")
        CHANGED_STAFF = "changed_staff", _("changed a staff member")
        CHANGED_CLINIC = "changed_clinic", _("changed the clinic's details")
        CORRECTED_PROCEDURE = "corrected_procedure", _("corrected a procedure")
        MOVED_PROCEDURE = "moved_procedure", _("moved a procedure to the patient who had it")
        CHANGED_INTAKE = "changed_intake", _("changed the intake")
        SKIPPED_INTAKE = "skipped_intake", _("recorded a procedure without asking about the risk")
        WITHDREW = "withdrew", _("withdrew the patient")
        TOOK_BACK = "took_back", _("took the patient back")
        SIGNED_IN = "signed_in", _("signed in")
        SIGNED_OUT = "signed_out", _("signed out")
        FAILED_SECOND_STEP = "failed_second_step", _("failed at the second step of signing in")
        ADDED_FACTOR = "added_factor", _("added a second step of signing in")
        REMOVED_FACTOR = "removed_factor", _("removed a second step of signing in")
        RENEWED_SPARE_CODES = "renewed_spare_codes", _("made new spare codes")
        ASKED_REMOVAL = "asked_removal", _("asked to remove somebody’s second step")
        APPROVED_REMOVAL = "approved_removal", _("agreed to remove somebody’s second step")
        STOPPED_REMOVAL = "stopped_removal", _("stopped the removal of a second step")
        RESET_FACTORS = "reset_factors", _("removed somebody’s second step")
        INVITED_COMPANION = "invited_companion", _("invited a companion")
        JOINED_AS_COMPANION = "joined_as_companion", _("accepted to be a companion of the patient")
        REMOVED_COMPANION = "removed_companion", _("removed a companion")
        AGREED_TO_PHOTOS = "agreed_to_photos", _("agreed to send pictures")
        ENDED_PHOTOS = "ended_photos", _("took back the agreement to pictures; all were removed")
        SENT_PHOTO = "sent_photo", _("sent a picture")
        REMOVED_PHOTO = "removed_photo", _("removed a picture")
        FETCHED_OWN_DATA = "fetched_own_data", _("fetched everything that is kept about them")
        FOUND_CLUSTER = "found_cluster", _("told the managers: several patients have such signs")
        LOOKED_AT_CLUSTER = "looked_at_cluster", _("looked at check-ins of several patients")
        ERASED = "erased", _("erased who the person is")

    class Page(models.TextChoices):
        """A page of staff or of a companion that shows patients. The value is the name of its URL."""

        QUEUE = "queue", _("the queue")
        HANDOVER = "handover", _("the handover")
        PATIENTS = "patients", _("the list of patients")
        SEARCH = "search", _("the search")
        MESSAGES = "messages", _("the messages that did not arrive")
        LOOKS = "looks", _("who looked at what")
        ENROL = "enrol", _("people who may be the one enrolled")
        ALERT = "alert", _("an alert")
        PATIENT = "patient", _("the patient’s page")
        EDIT = "edit_patient", _("name, address and telephone")
        INVITATION = "invitation", _("the invitation")
        INTAKE = "intake", _("the intake")
        PROCEDURE = "record_procedure", _("recording a procedure")
        CORRECTION = "correct_procedure", _("correcting a procedure")
        MOVE = "move_procedure", _("moving a procedure")
        WITHDRAWAL = "withdraw", _("withdrawing the patient")
        REMOVAL = "patient_second_step", _("removing a lost second step")
        CHECK_IN = "new_check_in", _("a check-in by telephone")
        ADVICE = "told", _("the advice of a check-in")
        CALL = "correct_attempt", _("correcting a call")
        COMPANION_TODAY = "companion_today", _("the patient’s first page, as a companion")
        COMPANION_TIMELINE = "companion_timeline", _("the timeline, as a companion")
        COMPANION_FORM = "companion_check_in", _("a check-in, as a companion")
        COMPANION_RESULT = "companion_result", _("the result of a check-in, as a companion")
        PHOTO = "photo", _("a picture")
        PHOTOS = "photos", _("the pictures side by side")
        CLUSTER = "cluster", _("check-ins of several patients together")

    at = models.DateTimeField()
    actor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    verb = models.CharField(max_length=40, choices=Verb)
    clinic = models.ForeignKey(
        Clinic, on_delete=models.PROTECT, null=True, related_name="events", db_index=False
    )
    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, null=True, related_name="events", db_index=False
    )
    subject = models.UUIDField(null=True, db_index=True)
    data = models.JSONField(default=dict)
    # Of a look: the page, the client's address, and the number of the stretch of time within which a second
    # look by the same person at the same page is no other look.
    page = models.CharField(max_length=40, choices=Page, blank=True)
    address = models.GenericIPAddressField(null=True)
    slot = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["actor", "page", "subject", "slot"],
                condition=models.Q(slot__isnull=False),
                name="one_look_per_person_page_and_slot",
            ),
        ]
        indexes = [
            models.Index(fields=["clinic", "-at"], name="events_of_clinic"),
            models.Index(fields=["patient", "-at"], name="events_of_patient"),
            models.Index(fields=["actor", "-at"], name="events_of_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} at {self.at:%Y-%m-%d %H:%M}"

    @property
    def details(self) -> dict[str, Any]:
        """The words and values kept beside the event; empty where there are none, or they were erased."""
        kept: EventDetail | None = getattr(self, "detail", None)
        return kept.content if kept else {}


class EventDetail(models.Model):
    """Words and values of an event about a person, which are erased with the person; the event stays."""

    event = models.OneToOneField(Event, on_delete=models.PROTECT, primary_key=True, related_name="detail")
    content = EncryptedJSONField()

    def __str__(self) -> str:
        return f"details of event {self.event_id}"
