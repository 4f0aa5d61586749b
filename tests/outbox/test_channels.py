"""E-mail: what leaves, and which failures may pass later."""

import email.message
import smtplib
import socket
from collections.abc import Callable
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core import mail
from django.core.mail import BadHeaderError
from django.core.mail.backends.smtp import EmailBackend

from aftercare.outbox.channels import DeliveryError, Email, OutageError, OutgoingMail, email_message
from aftercare.outbox.models import Message
from aftercare.outbox.registry import Content
from tools.servers.mail import MailServer
from tools.servers.ports import free_port

pytestmark = pytest.mark.django_db
MakeMessage = Callable[..., Message]
CONTENT = Content(subject="Something waits", body="Sign in to read it.")


def mail_of(*messages: Message) -> OutgoingMail:
    return OutgoingMail(id=messages[0].pk, messages=messages, content=CONTENT)


def send(*mails: OutgoingMail) -> None:
    with Email().session() as session:
        for outgoing in mails:
            session.send(outgoing)


def test_a_mail_carries_the_id_of_its_message(make_message: MakeMessage, settings: LazySettings) -> None:
    settings.SITE_URL = "https://portal.example:8443"
    message = make_message()

    for _attempt in range(2):
        send(mail_of(message))

    sent = mail.outbox[0]
    assert (sent.subject, sent.body, sent.to) == (CONTENT.subject, CONTENT.body, ["ruth@test.example"])
    assert sent.extra_headers == {
        "Message-ID": f"<{message.pk}@portal.example>",
        "X-Aftercare-Message": str(message.pk),
        "Auto-Submitted": "auto-generated",
    }
    # The same at every attempt, so that a mailbox can tell a repeat.
    assert mail.outbox[1].extra_headers == sent.extra_headers


def test_a_mail_that_stands_for_many_names_them_all(make_message: MakeMessage, mail_to: MailServer) -> None:
    messages = [make_message() for _number in range(200)]

    send(mail_of(*messages))

    header = str(mail_to.messages[0]["X-Aftercare-Message"])
    assert [part.strip() for part in header.split(",")] == [str(message.pk) for message in messages]


@pytest.mark.parametrize(
    ("address", "subject", "body"),
    [
        pytest.param(
            "ruth@test.example", "Something waits", "Sign in.\n\nhttps://portal.example/\n", id="plain"
        ),
        pytest.param("ruth@test.example", "Wartet für Sie", "“Same day” is still open.\n.\n", id="words"),
        pytest.param("ruth@bücher.example", "Something waits", "Sign in.\n", id="address"),
        pytest.param(
            "r" * 60 + "@a-long-name-of-a-hospital.example", "Something waits", "Sign in.\n", id="long"
        ),
    ],
)
def test_a_mail_over_the_line_is_the_one_that_django_makes(
    make_message: MakeMessage, mail_to: MailServer, address: str, subject: str, body: str
) -> None:
    message = make_message()
    message.recipient.email = address
    outgoing = OutgoingMail(id=message.pk, messages=(message,), content=Content(subject=subject, body=body))

    send(outgoing, outgoing)

    django = message_from_bytes(email_message(outgoing).message().as_bytes(), policy=default)
    for arrived_ids in mail_to.messages:
        theirs, ours = headers_and_body(django), headers_and_body(arrived_ids)
        assert ours == theirs
        assert arrived_ids["Date"]


def headers_and_body(mail: email.message.Message) -> tuple[dict[str, str], str]:
    """Return a mail without its date and the mail server's headers."""
    left_out = {"Date", "X-Peer", "X-MailFrom", "X-RcptTo"}
    headers = {name: str(value) for name, value in mail.items() if name not in left_out}
    text = mail.get_payload(decode=True)
    assert isinstance(text, bytes)
    return headers, text.replace(b"\r\n", b"\n").decode()


def test_an_address_cannot_add_a_header(make_message: MakeMessage, mail_to: MailServer) -> None:
    message = make_message()
    message.recipient.email = "ruth@test.example\r\nBcc: everybody@test.example"

    with pytest.raises(BadHeaderError):
        send(mail_of(message))

    assert mail_to.messages == []


def test_a_recipient_without_an_address_or_account_is_never_reached(make_message: MakeMessage) -> None:
    closed, without = make_message(), make_message()
    closed.recipient.is_active = False
    without.recipient.email = ""

    for message in (closed, without):
        with pytest.raises(DeliveryError) as failed:
            send(mail_of(message))
        assert failed.value.permanent


@pytest.fixture
def to_server(settings: LazySettings) -> Callable[[int], None]:
    """Let mails go to a port of this machine."""

    def to(port: int) -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 0.5

    return to


@pytest.fixture
def mail_to(mail_server: MailServer, to_server: Callable[[int], None]) -> MailServer:
    to_server(mail_server.port)
    return mail_server


def test_several_mails_share_one_connection(make_message: MakeMessage, mail_to: MailServer) -> None:
    send(*(mail_of(make_message()) for _number in range(3)))

    assert (len(mail_to.messages), mail_to.connections) == (3, 1)


@pytest.mark.parametrize("at", ["data", "rcpt"])
@pytest.mark.parametrize(
    ("reply", "permanent"), [("451 Try again later", False), ("550 No such mailbox", True)]
)
def test_a_reply_says_whether_trying_again_can_help(
    make_message: MakeMessage, mail_to: MailServer, reply: str, permanent: bool, at: str
) -> None:
    mail_to.refuse(reply, at=at)

    with pytest.raises(DeliveryError, match=reply[:3]) as failed:
        send(mail_of(make_message()))

    assert failed.value.permanent is permanent
    assert "ruth@test.example" not in str(failed.value)


def test_after_a_refusal_the_next_mail_is_taken(make_message: MakeMessage, mail_to: MailServer) -> None:
    with Email().session() as session:
        mail_to.refuse("550 No such mailbox")
        with pytest.raises(DeliveryError):
            session.send(mail_of(make_message()))
        mail_to.refuse(None)
        session.send(mail_of(make_message()))

    assert len(mail_to.messages) == 1


def test_a_server_that_is_going_away_says_nothing_of_a_message(
    make_message: MakeMessage, mail_to: MailServer
) -> None:
    mail_to.refuse("421 Closing")

    with pytest.raises(OutageError):
        send(mail_of(make_message()))


def test_a_connection_that_was_closed_after_the_mail_before_is_made_anew(
    make_message: MakeMessage, mail_to: MailServer
) -> None:
    mail_to.hang_up_after_each()

    send(mail_of(make_message()), mail_of(make_message()))

    assert (len(mail_to.messages), mail_to.connections) == (2, 2)


def test_a_server_that_hangs_up_may_take_it_later(make_message: MakeMessage, mail_to: MailServer) -> None:
    mail_to.hang_up_in_data()

    with pytest.raises(DeliveryError, match="hung up") as failed:
        send(mail_of(make_message()))

    assert not failed.value.permanent


def test_a_server_that_is_silent_may_take_it_later(make_message: MakeMessage, mail_to: MailServer) -> None:
    mail_to.hold()

    with pytest.raises(DeliveryError, match="no reply in time") as failed:
        send(mail_of(make_message()))

    assert not failed.value.permanent
    mail_to.release()


def test_a_server_that_nobody_runs_or_that_says_nothing_is_an_outage(
    make_message: MakeMessage, to_server: Callable[[int], None]
) -> None:
    to_server(free_port())
    with pytest.raises(OutageError, match="ConnectionRefusedError"):
        send(mail_of(make_message()))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        to_server(silent.getsockname()[1])
        with pytest.raises(OutageError, match="mail server: SMTPServerDisconnected"):
            send(mail_of(make_message()))


def test_a_wrong_password_of_ours_is_an_outage_too(
    make_message: MakeMessage, mail_to: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_backend: EmailBackend) -> bool:
        raise smtplib.SMTPAuthenticationError(535, b"wrong password")

    monkeypatch.setattr(EmailBackend, "open", refused)

    with pytest.raises(OutageError, match="535"):
        send(mail_of(make_message()))


def test_mails_to_a_folder_are_a_file_each(
    make_message: MakeMessage, settings: LazySettings, tmp_path: Path
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")

    send(mail_of(make_message()), mail_of(make_message()))

    assert len(list((tmp_path / "mail").iterdir())) == 2


def test_a_folder_that_cannot_be_written_to_is_an_outage(
    make_message: MakeMessage, settings: LazySettings, tmp_path: Path
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    (tmp_path / "mail").write_text("a file where the folder should be")

    with pytest.raises(OutageError, match="ImproperlyConfigured"):
        send(mail_of(make_message()))
