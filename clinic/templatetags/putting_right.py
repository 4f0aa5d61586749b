"""Template tags for procedures, corrections and actions on a patient's page: {% load putting_right %}."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context
from django.utils import timezone

from clinic import permissions
from clinic.corrections.descriptions import changes_of

register = template.Library()


@register.inclusion_tag("clinic/patients/procedures.html", takes_context=True)
def patient_procedures(context: Context) -> dict[str, Any]:
    """Render the procedures and corrections. Reads `patient` and `procedures` from the context."""
    member = context["staff_member"]
    return {
        "patient": context["patient"],
        "procedures": context["procedures"],
        "changes": changes_of(context["patient"]),
        "may_record": permissions.may_record_procedures(member),
        "now": context.get("now", timezone.now()),
    }


@register.inclusion_tag("clinic/patients/acts.html", takes_context=True)
def patient_acts(context: Context) -> dict[str, Any]:
    """Render the actions for the patient. Reads `patient` from the context."""
    member = context["staff_member"]
    return {
        "patient": context["patient"],
        "may_enter": permissions.may_enter_check_ins(member),
        "may_change_intake": permissions.may_change_intake(member),
        "may_withdraw": permissions.may_withdraw_patients(member),
        "may_see_looks": permissions.may_see_looks(member),
        "csrf_token": context.get("csrf_token"),
    }
