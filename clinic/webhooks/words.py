"""What a reply from a telephone is answered: in an SMS or spoken, without a word about the patient."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from aftercare.alerts.answering.asked import Asked
from aftercare.alerts.answering.replies import asked_in
from aftercare.alerts.models import Reply

Result = Reply.Result
WORDS = {
    Result.TAKEN: _("%(name)s has alert %(number)s. You need do nothing."),
    Result.CLOSED: _("Alert %(number)s is closed. You need do nothing."),
    Result.OLD: _(
        "You were told of alert %(number)s more than two hours ago. Nothing was changed. Please sign in."
    ),
    Result.NOT_TOLD: _("You were not told of an alert %(number)s. Nothing was changed."),
    Result.SHARED: _(
        "Several people share this telephone. Nothing was changed. Use the link in the message."
    ),
    Result.NO_NUMBER: _("Which alert? Reply ACK and its number. Nothing was changed."),
    Result.UNCLEAR: _(
        "Nobody reads this. Reply ACK and the number of the alert, or use the link in the message."
    ),
    Result.STRANGER: _(
        "Nobody reads messages to this number. Please call your clinic. In an emergency call the emergency number."
    ),
    Result.STARTED: _("To be told here again, sign in, open How you are reached, and confirm this number."),
    # The provider answers STOP by itself, and takes nothing more for that telephone.
    Result.STOPPED: "",
}
# To a key press about an alert from before there were numbers.
WITHOUT_NUMBER = {
    Result.YOURS: _("It is yours."),
    Result.TAKEN: _("Somebody has it. You need do nothing."),
    Result.CLOSED: _("It is closed. You need do nothing."),
    Result.OLD: _("You were told of it more than two hours ago. Nothing was changed. Please sign in."),
    Result.NOT_TOLD: _("Nothing was changed. Please sign in."),
}


def reply_words(reply: Reply) -> str:
    """Return the answer to a reply, with what it was about as that is now."""
    if reply.number is None and reply.result in WITHOUT_NUMBER:
        return str(WITHOUT_NUMBER[Result(reply.result)])
    asked = asked_in(reply)
    if reply.result == Result.YOURS and asked:
        return words_for_owner(asked, reply)
    name = asked.owner if asked else None
    return str(WORDS[Result(reply.result)]) % {"number": reply.number, "name": name}


def words_for_owner(asked: Asked, reply: Reply) -> str:
    """Return the answer to whoever has it, with by when to call."""
    number = {"number": reply.number}
    if asked.drill:
        return gettext("Drill %(number)s is over. No patient is waiting.") % number
    has = gettext("Alert %(number)s is yours.") % number
    by = min((alert.follow_up_at for alert in asked.alerts if alert.follow_up_at), default=None)
    if by is None:
        return has
    clock = date_format(by.astimezone(asked.clinic.zone), pgettext("date format", "H:i"))
    return f"{has} {gettext('Call the patient by %(clock)s.') % {'clock': clock}}"
