"""The answers of the check-in before, each beside its scale once that scale is answered.

No answer is filled in ahead, and none can be read ahead, where it would steer: a line is hidden until the style sheet
finds an answer in its question. The cached blank form holds a mark where each line goes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from aftercare.checkins.models import CheckIn
from aftercare.checkins.wording import SEVERITIES
from aftercare.triage import SYMPTOMS
from aftercare.ui.templatetags.ui import weekday_clock

MARK = re.compile(r"<!--last:(\w+)-->")


def last_lines(check_in: CheckIn | None, now: datetime) -> dict[str, SafeString]:
    """Return the line of each symptom that was answered, by the name of its field."""
    if check_in is None:
        return {}
    when = weekday_clock(check_in.observed_at, now)
    values = {symptom: getattr(check_in.given, symptom) for symptom in SYMPTOMS}
    return {symptom: line(SEVERITIES[value], when) for symptom, value in values.items() if value is not None}


def line(answer: object, when: str) -> SafeString:
    said = _("Last time: %(answer)s. %(when)s") % {"when": when, "answer": answer}
    return format_html('<p class="last" hidden>{}</p>', said)


def with_lines(questions: str, lines: Mapping[str, SafeString]) -> SafeString:
    """Return the questions with each line in place of its mark."""
    return mark_safe(MARK.sub(lambda found: lines.get(found[1], ""), questions))  # noqa: S308 (drawn by templates)
