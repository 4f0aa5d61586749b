"""Users, clinics, staff, patients, procedures, invitations and events."""

from aftercare.people.models.address_changes import AddressChange
from aftercare.people.models.append_only import AppendOnly, AppendOnlyError, AppendOnlyQuerySet
from aftercare.people.models.clinics import Clinic, Shift, StaffMember
from aftercare.people.models.codes import CodeMail, CodeRequest
from aftercare.people.models.companions import Companion, companion_words
from aftercare.people.models.contact_points import ContactPoint, ContactRule, QuietHours
from aftercare.people.models.events import Event, EventDetail
from aftercare.people.models.factor_changes import FactorChange, FactorRemoval
from aftercare.people.models.invitations import Invitation, StaffInvitation
from aftercare.people.models.patients import AT_RISK_QUESTIONS, IntakeQuestion, Patient
from aftercare.people.models.seals import EventSeal, SealedEvent
from aftercare.people.models.treatments.lots import Lot
from aftercare.people.models.treatments.operators import Operator
from aftercare.people.models.treatments.procedures import Area, Procedure, area_words
from aftercare.people.models.users import Language, SignInLink, User, require_names

__all__ = [
    "AT_RISK_QUESTIONS",
    "AddressChange",
    "AppendOnly",
    "AppendOnlyError",
    "AppendOnlyQuerySet",
    "Area",
    "Clinic",
    "CodeMail",
    "CodeRequest",
    "Companion",
    "ContactPoint",
    "ContactRule",
    "Event",
    "EventDetail",
    "EventSeal",
    "FactorChange",
    "FactorRemoval",
    "IntakeQuestion",
    "Invitation",
    "Language",
    "Lot",
    "Operator",
    "Patient",
    "Procedure",
    "QuietHours",
    "SealedEvent",
    "Shift",
    "SignInLink",
    "StaffInvitation",
    "StaffMember",
    "User",
    "area_words",
    "companion_words",
    "require_names",
]
