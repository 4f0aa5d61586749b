"""python -m tests.faults.try_again: every failed message once more, as a manager would have it."""

import os


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aftercare.settings")
    import django

    django.setup()
    from django.utils import timezone

    from aftercare.outbox import nudge
    from aftercare.outbox.actions import try_again
    from aftercare.outbox.models import Message

    for message in Message.objects.unattended_failures():
        try_again(message=message, now=timezone.now())
    nudge.wait()


if __name__ == "__main__":
    main()
