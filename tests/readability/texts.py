"""Everything that a patient can be shown, in groups that are read together."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from aftercare.alerts.actions.patient_messages import TEXTS
from aftercare.checkins import wording
from aftercare.guidance.courses.course_texts import Since, course_lines, sign_lines
from aftercare.guidance.timeline.recovery_phases import RECOVERY_PHASES, warning_signs
from aftercare.triage import DEFAULT_COURSES, RULES
from tests.checkins.advice.test_reasons import FIRES
from tests.checkins.advising import advice_at, sentences
from tests.checkins.test_pages_wording import strings
from tests.factories import MONDAY, at
from tests.readability.code import modules, said_in
from tests.readability.sentences import fixed_text, sentences_of, sentences_of_article
from tools.seed_trace import articles

BASE = Path(settings.BASE_DIR)
# Templates, and folders of them, that only staff, editors or developers see.
OF_STAFF = frozenset({"clinic", "mfa", "wagtailadmin", "base_staff.html", "components.html"})
AT_NIGHT_H = 12
# Where the code speaks to patients. What it says to staff and editors is read for what must never be said, no more.
ROOMS_OF_PATIENTS = (BASE / "aftercare" / "checkins",)
ALSO_OF_PATIENTS = (
    "people/clinics/clinic_phones.py",
    "people/accounts/sign_in_forms.py",
    "people/actions/invitations.py",
    "people/accounts/link_views.py",
    "people/own_ways/forms.py",
    "people/own_ways/views.py",
    "people/patients/invitation_views.py",
    "error_views.py",
)


def groups() -> dict[str, list[str]]:
    """The sentences of each group. Each must be easy to read as a whole."""
    found = {f"article {article['key']}": sentences_of_article(article) for article in articles()}
    found["the timeline"] = list(timeline())
    found["letters"] = [sentence for text in TEXTS.values() for sentence in sentences_of(str(text))]
    found["the questions"] = list(questions())
    for rule in RULES.values():
        found.setdefault(f"advice: {rule.level}", []).extend(advice(rule.id))
    found["advice: nothing found"] = [*advice_of(26, redness=1), *advice_of(50, redness=1, pain=None)]
    return found


def timeline() -> Iterator[str]:
    """Yield the sentences of the timeline: for everybody, and for one patient at many hours."""
    lines = [str(text) for phase in RECOVERY_PHASES for text in (phase.title, phase.text)]
    lines += [sign for phase in RECOVERY_PHASES for sign in warning_signs(phase)]
    for course in DEFAULT_COURSES.values():
        for since in (None, *(Since(MONDAY, at(h)) for h in range(2, 700, 24))):
            lines += [text for line in course_lines(course, since) for text in (line.until, line.text)]
            lines += [line.text for line in sign_lines(course, since)]
    for text in dict.fromkeys(lines):
        yield from sentences_of(text)


def questions() -> Iterator[str]:
    """Questions, help and answers of the check-in."""
    choices = [value for name, value in vars(wording).items() if name.endswith(("_CHOICES", "_SIGNS"))]
    lines = list(strings([wording.QUESTIONS, wording.HELP, *choices, wording.SEVERITIES]))
    for line in dict.fromkeys(lines):
        if " " in line:  # not the keys of answers
            yield from sentences_of(line)


def advice(rule: str) -> Iterator[str]:
    """Yield the advice where a rule fires, while the clinic is open and while it is closed."""
    h, answers, earlier = FIRES[rule]
    for late_h in (0, AT_NIGHT_H):
        yield from advice_of(h, late_h, earlier, at_risk=True, **answers)


def advice_of(h: float, late_h: float = 0, earlier: object = None, **answers: object) -> list[str]:
    said = advice_at(h, earlier=earlier or None, now=at(h + late_h), **answers)  # type: ignore[arg-type]
    return [sentence for text in sentences(said) for sentence in sentences_of(text)]


def templates() -> list[Path]:
    """The templates of pages and messages that a patient sees."""
    roots = [BASE / "templates", BASE / "aftercare" / "ui" / "templates"]
    found = [path for root in roots for kind in ("html", "txt") for path in root.rglob(f"*.{kind}")]
    return sorted(path for path in found if not OF_STAFF.intersection(path.relative_to(BASE).parts))


def template_texts() -> dict[str, list[str]]:
    return {str(path.relative_to(BASE)): fixed_text(path.read_text()) for path in templates()}


def code_texts() -> dict[str, list[str]]:
    """Return the texts for patients in the code, by module, so that a new module is included without being listed."""
    paths = [*modules(*ROOMS_OF_PATIENTS), *(BASE / "aftercare" / name for name in ALSO_OF_PATIENTS)]
    return {str(path.relative_to(BASE)): sentences_in_code(path) for path in paths if sentences_in_code(path)}


def sentences_in_code(path: Path) -> list[str]:
    """Whole sentences: what ends like one."""
    said = [text.strip() for text in said_in(path.read_text())]
    return [one for text in said if text.endswith((".", "?")) for one in sentences_of(text)]


def staff_texts() -> dict[str, list[str]]:
    """Return the texts for staff and editors: pages, forms, mails."""
    rooms = [
        BASE / "clinic",
        *(BASE / "aftercare" / room for room in ("alerts", "guidance", "people", "outbox")),
    ]
    code = {str(path.relative_to(BASE)): list(said_in(path.read_text())) for path in modules(*rooms)}
    del code["aftercare/guidance/forbidden_phrases.py"]  # the list itself
    roots = [BASE / "templates" / folder for folder in ("clinic", "mfa", "allauth", "wagtailadmin")]
    pages = [path for root in roots for path in sorted(root.rglob("*.html"))]
    return code | {str(path.relative_to(BASE)): fixed_text(path.read_text()) for path in pages}
