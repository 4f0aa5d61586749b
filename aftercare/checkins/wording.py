"""Questions and answers of the check-in, as the patient reads them."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from aftercare.guidance.timeline.recovery_phases import FEVER
from aftercare.triage import SYMPTOMS, Answers, Symptom

Choices = list[tuple[str, str | Promise]]

NONE_OF_THESE = "none"

SEVERITIES = (
    pgettext_lazy("severity", "None"),
    pgettext_lazy("severity", "Mild"),
    pgettext_lazy("severity", "Moderate"),
    pgettext_lazy("severity", "Severe"),
    pgettext_lazy("severity", "Very severe"),
)
SEVERITY_CHOICES: Choices = [
    *((str(value), word) for value, word in enumerate(SEVERITIES)),
    ("", _("I can’t tell")),
]
YES_OR_NO: Choices = [("yes", _("Yes")), ("no", _("No"))]

EMERGENCY_CHOICES: Choices = [
    ("breathing", _("Hard to breathe, or wheezing")),
    ("airway_swelling", _("Lips, mouth, tongue or throat swollen, or face swelling up fast")),
    ("faint", _("Faint, confused or very sleepy")),
    ("eye", _("Eye hurts, light hurts it, sight changed, or swollen shut")),
    ("droop", _("One side of the face droops suddenly, an arm is weak, or speech is slurred")),
    ("numbing", _("After numbing cream: ringing ears, a metal taste, twitching, or a fit")),
]
PAINKILLER_CHOICES: Choices = [
    ("helped", _("Yes, it helped")),
    ("did_not_help", _("Yes, but it did not help")),
    ("too_soon", _("Too soon to say")),
    ("not_taken", _("No, none taken")),
    ("cannot_take", _("I cannot take it")),
]
CAME_BACK_CHOICES: Choices = [
    ("no", _("No")),
    ("redness", _("Yes, redness")),
    ("pain", _("Yes, pain")),
    ("both", _("Yes, both")),
    ("not_sure", _("Not sure")),
]
WARNING_SIGNS: Choices = [
    ("pus", _("Pus bumps, or yellow or green fluid")),
    ("open_sore", _("An open or weeping sore")),
    ("cold_sore", _("A cold sore, or tingling blisters")),
    ("spreading", _("Redness or darkness that is spreading")),
    ("hot_sore", _("A hot area that is getting more sore")),
    ("hives", _("A raised, itchy rash")),
    ("blister_burn", _("A burn, a big blister, or a grey, white or black patch")),
    ("bleeding", _("Still bleeding after 10 minutes of pressing")),
    (
        "numb_weak",
        _("A part of the treated area is numb, or muscles there are weak (an uneven smile, a low brow)"),
    ),
    ("lumps", _("Firm lumps")),
    ("new_bumps", _("New bumps or a rash, not like spots you had before")),
    ("scaly", _("Scaly, itchy, raised patches")),
    ("scar", _("A dent, a line or a raised scar that was not there before")),
    ("patches", _("New dark or light marks")),
]
ORDINARY_SIGNS: Choices = [
    ("bruise", _("A bruise")),
    ("spots", _("Spots like you had before")),
    ("peeling", _("Dry, tight or peeling skin")),
]
UNWELL_CHOICES: Choices = [
    ("fever", format_lazy(_("A fever: {fever}"), fever=FEVER)),
    ("flu", _("Aching all over")),
    ("nausea", _("Feeling sick")),
    ("vomiting", _("Being sick (vomiting)")),
    ("headache", _("A headache")),
]
NONE_CHOICE = (NONE_OF_THESE, _("None of these"))
SEVERAL = "several"
SEVERAL_CHOICE = (SEVERAL, _("More than one, or not sure"))

QUESTIONS = {
    "emergency": _("Do you have any of these right now?"),
    "redness": _("How red is the treated skin?"),
    "pain": _("How much does it hurt?"),
    "painkiller": _("Have you had pain medicine you can buy at a shop? Did it help?"),
    "swelling": _("How swollen is it?"),
    "itch": _("How itchy is it?"),
    "itch_bothers": _("Does the itch stop you sleeping or doing what you need to do?"),
    "came_back": _("Was redness or pain getting better, and then it came back or got worse?"),
    "signs": _("Can you see or feel any of these?"),
    "unwell": _("Do you feel ill?"),
    "want_contact": _("Do you want the clinic to call you?"),
    "procedure": _("Which area is this about?"),
    "note": _("Anything else? (optional)"),
    "observed_at": _("When was this?"),
}
HELP = {
    "redness": _(
        "On brown and black skin it may look purple, brown, grey or darker than the skin near it. "
        "It may feel warm."
    ),
    "came_back": _("Redness that comes back can look darker, purple or grey."),
    "painkiller": _("“Did not help” means: taken as the pack says, at least an hour ago."),
    "note": _("Not read as urgent. If you are worried, call."),
    "observed_at": _("Leave it empty if it is about now."),
}

# Label of the clock when a script shows it in the zone of the device.
DEVICE_CLOCK = _("Leave it empty if it is about now. Use the time on this device.")

# Source statements of each question; ADD was added for safety.
QUESTION_SOURCES: Mapping[str, tuple[str, ...]] = {
    "emergency": ("S14", "ADD"),
    "redness": ("S3", "S12"),
    "pain": ("S6", "S15"),
    "painkiller": ("S6",),
    "swelling": ("S3", "S11"),
    "itch": ("S3", "S10"),
    "itch_bothers": ("S10",),
    "came_back": ("S1",),
    "signs": ("S7", "S8", "S9", "S14", "S16", "S19", "S59", "ADD"),
    "unwell": ("S37", "ADD"),
    "want_contact": ("S17",),
}

# Short forms of the questions, to display answers.
SHORT: Mapping[str, str | Promise] = {
    "emergency": _("Right now"),
    "redness": _("Redness"),
    "pain": _("Pain"),
    "painkiller": _("Did pain medicine help"),
    "swelling": _("Swelling"),
    "itch": _("Itch"),
    "itch_bothers": _("Itch stops sleep or tasks"),
    "came_back": _("Came back"),
    "signs": _("Signs"),
    "unwell": _("Feeling ill"),
    "want_contact": _("Call me"),
}
_WORDS: Mapping[str, Mapping[str, str | Promise]] = {
    "emergency": dict(EMERGENCY_CHOICES),
    "painkiller": dict(PAINKILLER_CHOICES),
    "came_back": dict(CAME_BACK_CHOICES),
    "signs": dict(WARNING_SIGNS + ORDINARY_SIGNS),
    "unwell": dict(UNWELL_CHOICES),
}


def severity_word(value: int | None) -> str:
    """Return a severity from 0 to 4 in words; None is "not answered"."""
    return gettext("Not known") if value is None else str(SEVERITIES[value])


def tick_word(key: str, word: str) -> str:
    """Return an answer as the form words it."""
    return str(_WORDS[key][word])


def told(answers: Answers) -> list[tuple[str, str]]:
    """Return question and answer in words; the four symptoms are included even if unanswered."""
    lines = []
    for key, label in SHORT.items():
        text = _answer_words(key, getattr(answers, key))
        if text is None and key in SYMPTOMS:
            text = gettext("Not known")
        if text is not None:
            lines.append((str(label), text))
    return lines


def _answer_words(key: str, value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, int):
        return str(SEVERITIES[value])
    if isinstance(value, frozenset):
        # In the order of the form.
        ticked = [str(text) for word, text in _WORDS[key].items() if word in value]
        return "; ".join(ticked) or str(NONE_CHOICE[1])
    return str(_WORDS[key][str(value)])


# Words for questions left open, or answered with "I can't tell".
UNSAID: Mapping[str, str | Promise] = {
    "redness": _("You did not say how red it is."),
    "pain": _("You did not say how much it hurts."),
    "swelling": _("You did not say how swollen it is."),
    "itch": _("You did not say how itchy it is."),
    "emergency": _("You did not say whether there is an emergency sign."),
    "signs": _("You did not say which signs you can see or feel."),
    "unwell": _("You did not say whether you feel ill."),
}


def unanswered(answers: Answers, *, was_late: bool = False) -> list[str]:
    """Return a sentence for each symptom and group of signs without an answer.

    `was_late`: the form did not ask whether the patient feels ill.
    """
    open_keys = [
        key for key in UNSAID if getattr(answers, key) is None and not (was_late and key == "unwell")
    ]
    return [str(UNSAID[key]) for key in open_keys]


def knows_nothing(answers: Answers) -> bool:
    """Return True if none of the four symptoms was answered."""
    return len(open_symptoms(answers)) == len(SYMPTOMS)


def open_symptoms(answers: Answers) -> list[Symptom]:
    """Return the symptoms without an answer, which never count as none."""
    return [symptom for symptom in SYMPTOMS if getattr(answers, symptom) is None]
