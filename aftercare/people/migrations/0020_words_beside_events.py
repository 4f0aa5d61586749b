"""Move the words and values of events so far beside them, where they can be erased.

This rewrites events for the last time: later migrations seal them.
"""

import django.db.models.deletion
from django.db import migrations, models

from aftercare.people.encryption.fields import EncryptedJSONField

# The keys that held words or values about a person, by verb.
MOVED = {
    "corrected_procedure": ("old", "new", "reason"),
    "moved_procedure": ("kind", "area", "performed_at", "reason"),
    "changed_intake": ("old", "old_asked", "new", "new_asked", "at_risk", "reason"),
    "gave_back": ("owner",),
    "returned": ("owner",),
    "set_next_try": ("reason",),
    "undid_close": ("note",),
    "reopened": ("why", "note"),
    "changed_account": ("before", "after"),
    "changed_clinic": ("before", "after"),
    "withdrew": ("reason",),
    "skipped_intake": ("reason",),
}
# The state of alerts, with a reason in words.
STATES = ("closed", "tried_contact", "corrected_contact")
AT_ONCE = 1000


def move_words(apps, editor):
    Event, EventDetail = apps.get_model("people", "Event"), apps.get_model("people", "EventDetail")
    changed, details = [], []
    wanted = Event.objects.filter(verb__in=[*MOVED, *STATES]).only("verb", "data")
    for event in wanted.iterator(chunk_size=AT_ONCE):
        words = words_in_state(event.data) if event.verb in STATES else words_of(event)
        if words:
            changed.append(event)
            details.append(EventDetail(event_id=event.pk, content=words))
    EventDetail.objects.bulk_create(details, batch_size=AT_ONCE)
    Event.objects.bulk_update(changed, ["data"], batch_size=AT_ONCE)


def words_of(event):
    """Take the words out of the data of an event, and return them."""
    words = {key: event.data.pop(key) for key in MOVED[event.verb] if key in event.data}
    if event.verb.startswith("changed_") and isinstance(words.get("after"), dict):
        event.data["fields"] = list(words["after"])
    return {key: value for key, value in words.items() if value != ""}


def words_in_state(data):
    """Take the reasons out of the states that a closing or a call kept, and return those that are not empty."""
    before = data.get("before", {})
    states = [before] if "status" in before else [one for one in before.values() if isinstance(one, dict)]
    reasons = [state.pop("next_try_reason", "") for state in states]
    reason = next((one for one in reasons if one), "")
    return {"next_try_reason": reason} if reason else {}


class Migration(migrations.Migration):
    dependencies = [("people", "0019_records_to_accept_and_plain_names")]
    operations = [
        migrations.CreateModel(
            name="EventDetail",
            fields=[
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="detail",
                        serialize=False,
                        to="people.event",
                    ),
                ),
                ("content", EncryptedJSONField()),
            ],
        ),
        migrations.RunPython(move_words, migrations.RunPython.noop, elidable=False),
    ]
