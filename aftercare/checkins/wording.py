"""Questions and answers of the check-in, as the patient reads them."""

from __future__ import annotations

from collections.abc import Mapping

from aftercare.guidance.timeline.recovery_phases import FEVER
from aftercare.triage import SYMPTOMS, Answers, Symptom

Choices = list[tuple[str, str]]

NONE_OF_THESE = "none"

SEVERITIES = ("None", "Mild", "Moderate", "Severe", "Very severe")
SEVERITY_CHOICES: Choices = [
    *((str(value), word) for value, word in enumerate(SEVERITIES)),
    ("", "I can’t tell"),
]
YES_OR_NO: Choices = [("yes", "Yes"), ("no", "No")]

EMERGENCY_CHOICES: Choices = [
    ("breathing", "Hard to breathe, or wheezing"),
    ("airway_swelling", "Lips, mouth, tongue or throat swollen, or face swelling up fast"),
    ("faint", "Faint, confused or very sleepy"),
    ("eye", "Eye hurts, light hurts it, sight changed, or swollen shut"),
]
PAINKILLER_CHOICES: Choices = [
    ("helped", "Yes, it helped"),
    ("did_not_help", "Yes, but it did not help"),
    ("too_soon", "Too soon to say"),
    ("not_taken", "No, none taken"),
    ("cannot_take", "I cannot take it"),
]
CAME_BACK_CHOICES: Choices = [
    ("no", "No"),
    ("redness", "Yes, redness"),
    ("pain", "Yes, pain"),
    ("both", "Yes, both"),
    ("not_sure", "Not sure"),
]
WARNING_SIGNS: Choices = [
    ("pus", "Pus bumps, or yellow or green fluid"),
    ("cold_sore", "A cold sore, or tingling blisters"),
    ("spreading", "Redness or darkness that is spreading"),
    ("hot_sore", "A hot area that is getting more sore"),
    ("hives", "A raised, itchy rash"),
    ("blister_burn", "A burn, a big blister, or a grey, white or black patch"),
    ("bleeding", "Still bleeding after 10 minutes of pressing"),
    ("lumps", "Firm lumps"),
    ("patches", "New dark or light marks"),
]
ORDINARY_SIGNS: Choices = [
    ("bruise", "A bruise"),
    ("spots", "Spots like you had before"),
    ("peeling", "Dry, tight or peeling skin"),
]
UNWELL_CHOICES: Choices = [
    ("fever", f"A fever: {FEVER}"),
    ("flu", "Aching all over"),
    ("nausea", "Feeling sick"),
    ("headache", "A headache"),
]
NONE_CHOICE = (NONE_OF_THESE, "None of these")
SEVERAL = "several"
SEVERAL_CHOICE = (SEVERAL, "More than one, or not sure")

QUESTIONS: Mapping[str, str] = {
    "emergency": "Do you have any of these right now?",
    "redness": "How red is the treated skin?",
    "pain": "How much does it hurt?",
    "painkiller": "Have you had pain medicine you can buy at a shop? Did it help?",
    "swelling": "How swollen is it?",
    "itch": "How itchy is it?",
    "itch_bothers": "Does the itch stop you sleeping or doing what you need to do?",
    "came_back": "Was redness or pain getting better, and then it came back or got worse?",
    "signs": "Can you see or feel any of these?",
    "unwell": "Do you feel ill?",
    "want_contact": "Do you want the clinic to call you?",
    "procedure": "Which area is this about?",
    "note": "Anything else? (optional)",
    "observed_at": "When was this?",
}
HELP: Mapping[str, str] = {
    "redness": "On brown and black skin it may look purple, brown, grey or darker than the skin near it. "
    "It may feel warm.",
    "came_back": "Redness that comes back can look darker, purple or grey.",
    "painkiller": "“Did not help” means: taken as the pack says, at least an hour ago.",
    "note": "Not read as urgent. If you are worried, call.",
    "observed_at": "Leave it empty if it is about now.",
}

# Label of the clock when a script shows it in the zone of the device.
DEVICE_CLOCK = "Leave it empty if it is about now. Use the time on this device."

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
SHORT: Mapping[str, str] = {
    "emergency": "Right now",
    "redness": "Redness",
    "pain": "Pain",
    "painkiller": "Did pain medicine help",
    "swelling": "Swelling",
    "itch": "Itch",
    "itch_bothers": "Itch stops sleep or tasks",
    "came_back": "Came back",
    "signs": "Signs",
    "unwell": "Feeling ill",
    "want_contact": "Call me",
}
_WORDS: Mapping[str, Mapping[str, str]] = {
    "emergency": dict(EMERGENCY_CHOICES),
    "painkiller": dict(PAINKILLER_CHOICES),
    "came_back": dict(CAME_BACK_CHOICES),
    "signs": dict(WARNING_SIGNS + ORDINARY_SIGNS),
    "unwell": dict(UNWELL_CHOICES),
}


def severity_word(value: int | None) -> str:
    """Return a severity from 0 to 4 in words; None is "not answered"."""
    return "Not known" if value is None else SEVERITIES[value]


def tick_word(key: str, word: str) -> str:
    """Return an answer as the form words it."""
    return _WORDS[key][word]


def told(answers: Answers) -> list[tuple[str, str]]:
    """Return question and answer in words; the four symptoms are included even if unanswered."""
    lines = []
    for key, label in SHORT.items():
        text = _answer_words(key, getattr(answers, key))
        if text is None and key in SYMPTOMS:
            text = "Not known"
        if text is not None:
            lines.append((label, text))
    return lines


def _answer_words(key: str, value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, int):
        return SEVERITIES[value]
    if isinstance(value, frozenset):
        # In the order of the form.
        return "; ".join(text for word, text in _WORDS[key].items() if word in value) or NONE_CHOICE[1]
    return _WORDS[key][str(value)]


# Words for questions left open, or answered with "I can't tell".
UNSAID: Mapping[str, str] = {
    "redness": "how red it is",
    "pain": "how much it hurts",
    "swelling": "how swollen it is",
    "itch": "how itchy it is",
    "emergency": "whether there is an emergency sign",
    "signs": "which signs you can see or feel",
    "unwell": "whether you feel ill",
}


def unanswered(answers: Answers) -> list[str]:
    """Return a sentence for each symptom and group of signs without an answer."""
    left_open = (words for key, words in UNSAID.items() if getattr(answers, key) is None)
    return [f"You did not say {words}." for words in left_open]


def knows_nothing(answers: Answers) -> bool:
    """Return True if none of the four symptoms was answered."""
    return len(open_symptoms(answers)) == len(SYMPTOMS)


def open_symptoms(answers: Answers) -> list[Symptom]:
    """Return the symptoms without an answer, which never count as none."""
    return [symptom for symptom in SYMPTOMS if getattr(answers, symptom) is None]
