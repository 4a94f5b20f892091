"""What a sign-in name and a password must be."""

from __future__ import annotations

from lms.base.errors import Message
from lms.base.i18n_marks import N_

SHORTEST = 8
LONGEST = 128

# The passwords that people really choose, folded; NIST SP 800-63B asks that such be refused.
COMMON = frozenset(
    """
    12345678 123456789 1234567890 123123123 11111111 00000000 88888888 66666666 87654321 12341234 1q2w3e4r qwerty123
    qwertyuiop password password1 passw0rd matkhau1 matkhau123 matkhau@123 anhyeuem emyeuanh iloveyou hocsinh123
    giaovien123 truonghoc vietnam1 vietnam123 khongbiet 123456aa aa123456 abc12345 abcd1234 a1234567 admin123 admin1234
    abc123456 asdfghjk zxcvbnm1 1qaz2wsx congaicon conyeume yeuanh123 01234567 0123456789 99999999 hoamattroi
    """.split()
)


def password_problems(password: str, sign_in_name: str, full_name: str) -> list[Message]:
    """Say what keeps *password* from being taken; an empty list when it is good.

    Length counts and common ones are refused; no rule on kinds of characters (NIST SP 800-63B, 5.1.1.2).
    """
    problems = []
    if len(password) < SHORTEST:
        problems.append(Message(N_("Mật khẩu cần ít nhất %(count)s kí tự."), {"count": SHORTEST}))
    if len(password) > LONGEST:
        problems.append(Message(N_("Mật khẩu dài nhất %(count)s kí tự."), {"count": LONGEST}))
    folded = password.lower()
    if folded in COMMON or len(set(folded)) < 4:
        problems.append(Message(N_("Mật khẩu này quá dễ đoán. Hãy chọn một câu ngắn mà chỉ bạn nhớ.")))
    own = {sign_in_name.lower(), full_name.lower(), full_name.lower().replace(" ", "")}
    if folded in own:
        problems.append(Message(N_("Mật khẩu không được trùng tên đăng nhập hoặc họ tên.")))
    return problems


_BROWSERS = (
    ("Edg/", "Edge"),
    ("coc_coc", "Cốc Cốc"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "Mac"))


def device_name(user_agent: str) -> str:
    """Name a browser for people, "Chrome · Windows", from its User-Agent header."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "Linux" if "Linux" in user_agent else "")
    return " · ".join(filter(None, (browser, system)))
