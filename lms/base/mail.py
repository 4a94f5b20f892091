"""Mail: written down in the transaction that causes it, delivered by a job afterwards.

Where it goes is `Settings.mail_url`: `file:` writes one .eml a message into data_dir/mail (the default: nothing leaves
the machine), `smtp://user:password@host:port` sends (with STARTTLS where the server has it), `smtps://` uses TLS from
the first byte.
"""

from __future__ import annotations

import os
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr, parseaddr
from pathlib import Path
from urllib.parse import unquote, urlsplit

from flask import Flask
from sqlalchemy import ForeignKey, String, Text, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from lms.base.clock import now
from lms.base.config import Settings
from lms.base.db import Base, transaction
from lms.base.errors import Invalid
from lms.base.i18n_marks import N_
from lms.base.ids import new_uid
from lms.base.jobs import enqueue_after_commit, job, periodic
from lms.base.text import nfc

KEPT_FOR = timedelta(days=30)  # a delivered message; it holds an address and a text, so it does not stay for ever
_TIMEOUT = 30  # seconds the mail server has to answer
_where: dict[str, Settings] = {}


class Mail(Base):
    """A message to one person: waiting until `sent_at` is set."""

    __tablename__ = "mail"
    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=new_uid)
    school_id: Mapped[int | None] = mapped_column(ForeignKey("school.id"), index=True)
    to_address: Mapped[str] = mapped_column(String(254))
    to_name: Mapped[str] = mapped_column(String(120))
    subject: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None] = mapped_column(index=True)


def init_app(app: Flask) -> None:
    """Deliver by the settings of this application."""
    configure(app.config["GIEO"])


def configure(settings: Settings) -> None:
    """Deliver by these settings from now on.

    Raises:
        ValueError: the mail URL is of no known kind.
    """
    if urlsplit(settings.mail_url).scheme not in {"file", "smtp", "smtps"}:
        raise ValueError("GIEO_MAIL_URL must begin with file:, smtp:// or smtps://.")
    _where["settings"] = settings


def queue_mail(
    session: Session, to_address: str, subject: str, text: str, *, to_name: str = "", school_id: int | None = None
) -> Mail:
    """Have a plain text message delivered once this transaction is stored.

    Raises:
        Invalid: the address is none.
    """
    mail = Mail(
        uid=new_uid(),
        school_id=school_id,
        to_address=checked_address(to_address),
        to_name=_one_line(to_name)[:120],
        subject=_one_line(subject)[:200],
        text=nfc(text),
        created_at=now(),
    )
    session.add(mail)
    enqueue_after_commit(session, deliver, mail.uid)
    return mail


def checked_address(text: str) -> str:
    """Return a mail address as it is sent to.

    Raises:
        Invalid: it is none, or holds what could smuggle in another line or recipient.
    """
    address = nfc(text).strip()
    name, domain = address.rpartition("@")[::2]
    fit = name and "." in domain.strip(".") and len(address) <= 254 and parseaddr(address)[1] == address
    if not fit or any(letter in ' ,;:<>()[]"\\' or letter < " " for letter in address) or not address.isascii():
        raise Invalid.at("email", N_("Địa chỉ thư điện tử không đúng. Ví dụ đúng: ten@truong.edu.vn"))
    return address


@job(long=True)
def deliver(uid: str) -> None:
    """Deliver one message; a second time does nothing."""
    with transaction() as session:
        mail = session.scalar(select(Mail).where(Mail.uid == uid))
        if mail is None or mail.sent_at is not None:
            return
        message = compose(mail, _settings())
    _send(message, uid, _settings())
    with transaction() as session:
        session.scalars(select(Mail).where(Mail.uid == uid)).one().sent_at = now()


@periodic(6 * 3600)
def forget_delivered(session: Session) -> None:
    """Remove messages that were delivered long ago."""
    session.execute(delete(Mail).where(Mail.sent_at < now() - KEPT_FOR))


def compose(mail: Mail, settings: Settings) -> EmailMessage:
    """Return the message as it goes over the wire; its id stays the same however often it is sent."""
    message = EmailMessage(policy=SMTP)
    message["From"] = settings.mail_from
    message["To"] = formataddr((mail.to_name, mail.to_address))
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.created_at)
    message["Message-ID"] = f"<{mail.uid}@{settings.mail_from.rpartition('@')[2] or 'gieo'}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday replies, please
    message.set_content(mail.text)
    return message


def _send(message: EmailMessage, uid: str, settings: Settings) -> None:
    if settings.mail_url.startswith("file:"):
        _to_file(message, settings.data_dir / "mail" / f"{uid}.eml")
        return
    with _connected(settings.mail_url) as server:
        server.send_message(message)


def _to_file(message: EmailMessage, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(".part")
    with aside.open("wb") as file:
        file.write(message.as_bytes())
        file.flush()
        os.fsync(file.fileno())
    aside.rename(path)


@contextmanager
def _connected(url: str) -> Iterator[smtplib.SMTP]:
    parts = urlsplit(url)
    tls = ssl.create_default_context()
    host, implicit = parts.hostname or "localhost", parts.scheme == "smtps"
    server = (
        smtplib.SMTP_SSL(host, parts.port or 465, timeout=_TIMEOUT, context=tls)
        if implicit
        else smtplib.SMTP(host, parts.port or 25, timeout=_TIMEOUT)
    )
    with server:
        server.ehlo()
        if not implicit and server.has_extn("starttls"):
            server.starttls(context=tls)
            server.ehlo()
        elif not implicit and parts.username and host not in {"localhost", "127.0.0.1", "::1"}:
            raise ValueError("The mail server offers no encryption; the password was not sent.")
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        yield server


def _settings() -> Settings:
    try:
        return _where["settings"]
    except KeyError:
        raise RuntimeError("Mail has no settings yet: call mail.configure(settings) first.") from None


def _one_line(text: str) -> str:
    return " ".join(nfc(text).split())
