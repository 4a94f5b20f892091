"""Mail is written down with its cause and delivered once."""

import email
import email.policy
import socketserver
import threading

import pytest
from sqlalchemy import select

from lms.base import db, jobs, mail
from lms.base.config import Settings
from lms.base.errors import Invalid
from lms.base.jobs import JobRow
from lms.base.mail import Mail, checked_address, queue_mail
from lms.base.users import School


@pytest.fixture
def settings(tmp_path):
    settings = Settings(data_dir=tmp_path, environment="test", mail_from="gieo@truong.edu.vn")
    engine = db.connect(settings.database)
    db.Base.metadata.create_all(engine, tables=[School.__table__, JobRow.__table__, Mail.__table__])
    jobs.configure(settings)
    mail.configure(settings)
    yield settings
    jobs.close()
    engine.dispose()


def write(**changed):
    words = {"to_address": "co.lan@truong.edu.vn", "subject": "Phiếu điểm", "text": "Chào cô,\nđã có điểm."}
    with db.transaction() as session:
        return queue_mail(session, **{**words, **changed}).uid


def messages(settings):
    return [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for path in (settings.data_dir / "mail").glob("*.eml")
    ]


def test_a_message_becomes_a_file(settings):
    write(to_name="Cô Lan")
    (message,) = messages(settings)
    assert message["To"] == "Cô Lan <co.lan@truong.edu.vn>"
    assert message["Subject"] == "Phiếu điểm"
    assert message.get_content().splitlines() == ["Chào cô,", "đã có điểm."]


def test_delivering_twice_sends_once(settings, monkeypatch):
    uid = write()
    monkeypatch.setattr(mail, "_send", None)
    mail.deliver(uid)


def test_nothing_goes_out_when_the_work_is_not_stored(settings):
    def work():
        with db.transaction() as session:
            queue_mail(session, "a@b.vn", "x", "y")
            raise KeyError

    with pytest.raises(KeyError):
        work()
    assert messages(settings) == []


@pytest.mark.usefixtures("settings")
@pytest.mark.parametrize(
    "address",
    ["", "x", "@b.vn", "a@", "a@b", "a@b.vn\r\nBcc: c@d.vn", "a@b.vn, c@d.vn", "a b@c.vn", "<a@b.vn>", "á@b.vn"],
)
def test_what_is_no_address_is_refused(address):
    with pytest.raises(Invalid):
        checked_address(address)


def test_a_subject_cannot_smuggle_in_a_header(settings):
    write(subject="Điểm\r\nBcc: c@d.vn", to_name="Lan\r\nX: y")
    (message,) = messages(settings)
    assert message["Bcc"] is None
    assert message["X"] is None


def test_an_unknown_kind_of_mail_url_is_refused(tmp_path):
    with pytest.raises(ValueError, match="GIEO_MAIL_URL"):
        mail.configure(Settings(data_dir=tmp_path, mail_url="ftp://x"))


received: list[bytes] = []


class Server(socketserver.StreamRequestHandler):
    """As much of RFC 5321 as one message needs."""

    def handle(self):
        self.wfile.write(b"220 ready\r\n")
        for line in self.rfile:
            verb = line[:4].upper()
            if verb == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                body = b""
                while not body.endswith(b"\r\n.\r\n"):
                    body += self.rfile.readline()
                received.append(body)
            self.wfile.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n")
            if verb == b"QUIT":
                return


def test_a_message_goes_out_by_smtp(settings):
    received.clear()
    with socketserver.TCPServer(("127.0.0.1", 0), Server) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            url = f"smtp://127.0.0.1:{server.server_address[1]}"
            mail.configure(Settings(data_dir=settings.data_dir, environment="test", mail_url=url))
            write()
        finally:
            server.shutdown()
            thread.join()
    (body,) = received
    assert b"To: co.lan@truong.edu.vn" in body
    with db.transaction() as session:
        assert session.scalars(select(Mail)).one().sent_at is not None
