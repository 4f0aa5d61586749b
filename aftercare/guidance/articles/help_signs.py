"""Signs to call about, by level, for the page Get help. They are in code and in no article.

An editor could drop a sign from an article, but not from here. A test compares this list to the rules.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from aftercare.guidance.timeline.recovery_phases import FEVER
from aftercare.triage import Level


@dataclass(frozen=True, slots=True)
class HelpSign:
    """A sign, its first words in bold, with the rules that fire on it."""

    text: Promise
    rules: tuple[str, ...]

    @property
    def html(self) -> SafeString:
        return mark_safe(str(self.text))  # noqa: S308 (a message of ours)

    @property
    def words(self) -> str:
        """Return the text without its tags."""
        return strip_tags(str(self.text))


def sign(text: Promise, *rules: str) -> HelpSign:
    return HelpSign(text, rules)


EMERGENCY = (
    sign(_("<b>it is hard to breathe,</b> or you wheeze"), "trouble_breathing"),
    sign(
        _("<b>lips, mouth, tongue or throat</b> are swollen, or your face swells up fast"), "airway_swelling"
    ),
    sign(_("<b>you are faint, confused</b> or very sleepy"), "faint_or_confused"),
    sign(
        _("<b>your eye hurts,</b> light hurts it, your sight changed, or it is swollen shut"), "eye_involved"
    ),
    sign(
        _("<b>one side of your face droops</b> suddenly, an arm is weak, or your speech is slurred"),
        "stroke_signs",
    ),
    sign(
        _("<b>after numbing cream:</b> ringing ears, a metal taste, twitching, or a fit"),
        "numbing_reaction",
    ),
    sign(_("<b>a raised, itchy rash, and you are being sick</b> (vomiting)"), "hives_with_vomiting"),
    sign(
        format_lazy(_("<b>redness or darkness spreads, and there is a fever:</b> {fever}"), fever=FEVER),
        "spreading_with_fever",
    ),
)
FEEL = (
    sign(_("<b>pain is very severe,</b> or still severe after 2 days"), "intense_pain"),
    sign(_("<b>pain is severe,</b> and pain medicine does not help"), "severe_pain_not_relieved"),
    sign(
        _("<b>pain comes back,</b> or gets much worse, after it had eased"),
        "reported_return",
        "sudden_return.pain",
    ),
    sign(_("<b>a hot area</b> gets more sore after the first day"), "hot_sore_area"),
    sign(
        _(
            "<b>a fever,</b> and pus, a hot area, a sore, a cold sore, or skin that is still red, sore or swollen"
        ),
        "fever_with_local_signs",
    ),
)
SEE = (
    sign(
        _("<b>redness comes back,</b> or gets much worse, or skin turns darker, purple or grey"),
        "reported_return",
        "sudden_return.redness",
    ),
    sign(_("<b>redness or darkness</b> spreads"), "spreading"),
    sign(_("<b>pus bumps,</b> or yellow or green fluid"), "pus"),
    sign(_("<b>a cold sore,</b> or blisters that tingle"), "cold_sore"),
    sign(_("<b>a raised, itchy rash</b>"), "hives"),
    sign(_("<b>a burn,</b> a big blister, or a grey, white or black patch"), "blister_or_burn"),
    sign(_("<b>bleeding</b> that goes on after 10 minutes of pressing"), "bleeding"),
    sign(_("<b>very severe swelling</b>"), "extreme_swelling"),
    sign(
        _("<b>after RF microneedling</b> a part of the area is numb, or muscles there are weak"),
        "numb_or_weak",
    ),
    sign(_("<b>an open or weeping sore</b> after the first week"), "late_open_sore"),
    sign(_("<b>firm lumps</b> after the second week"), "late_lumps"),
)
SAME_DAY = (
    sign(_("<b>pain or swelling</b> is severe"), "severe_pain", "severe_swelling"),
    sign(_("<b>pain is moderate,</b> and pain medicine does not help"), "moderate_pain_not_relieved"),
    sign(_("<b>redness is still severe</b> after its usual time on your timeline"), "severe_redness_late"),
    sign(
        _(
            "<b>redness, swelling, itch or pain is still moderate or worse</b> after the time on your timeline"
        ),
        "past_expected.redness",
        "past_expected.swelling",
        "past_expected.itch",
        "past_expected.pain",
    ),
    sign(
        _("<b>redness or pain got a little worse</b> after 2 days"),
        "small_return.redness",
        "small_return.pain",
    ),
    sign(_("<b>swelling or itch got much worse</b> after 2 days"), "late_rise.swelling", "late_rise.itch"),
    sign(_("<b>you are not sure</b> if redness or pain has come back"), "unsure_return"),
    sign(_("<b>itch is severe,</b> or stops you sleeping or doing what you need to do"), "bothersome_itch"),
    sign(format_lazy(_("<b>a fever:</b> {fever}"), fever=FEVER), "fever"),
    sign(_("<b>you ache all over</b>"), "flu_like"),
    sign(_("<b>a hot area</b> gets more sore on the first day"), "early_hot_sore_area"),
    sign(_("<b>firm lumps</b>"), "lumps"),
    sign(_("<b>an open or weeping sore</b>"), "open_sore"),
    sign(_("<b>scaly, itchy, raised patches</b>"), "scaly_patches"),
    sign(
        _("<b>new bumps or a rash,</b> not like spots you had before, after the first week"), "late_new_bumps"
    ),
    sign(_("<b>you are being sick</b> (vomiting)"), "vomiting"),
    sign(_("<b>you want to talk to us.</b> That is reason enough"), "contact_requested"),
)
# Conditions under which a same-day sign is urgent.
AT_RISK = (
    sign(_("<b>Your skin heals slowly.</b>"), "at_risk_patient"),
    sign(_("<b>You take isotretinoin</b> (Accutane), or took it not long ago."), "at_risk_patient"),
    sign(_("<b>There was radiation treatment</b> on that skin."), "at_risk_patient"),
    sign(_("<b>Your immune system is weak.</b>"), "at_risk_patient"),
    sign(_("<b>You live with diabetes,</b> or a blood disease such as sickle cell."), "at_risk_patient"),
)
BY_LEVEL: dict[Level, tuple[HelpSign, ...]] = {
    Level.EMERGENCY: EMERGENCY,
    Level.URGENT: (*FEEL, *SEE, *AT_RISK),
    Level.SAME_DAY: SAME_DAY,
}
GROUPS = {"emergency": EMERGENCY, "feel": FEEL, "see": SEE, "same_day": SAME_DAY, "at_risk": AT_RISK}
