"""Networks as people type them, and addresses as servers see them."""

from __future__ import annotations

import pytest

from lms.base.errors import Invalid
from lms.base.networks import is_within, read_networks

ROOM = ["192.168.10.0/24", "2001:db8:10::/64"]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", []),
        ("192.168.10.0/24", ["192.168.10.0/24"]),
        ("192.168.10.31/24\n 192.168.10.0/24 ", ["192.168.10.0/24"]),  # host bits dropped, named once
        ("10.0.0.7; 2001:DB8::/48,10.1.0.0/255.255.0.0", ["10.0.0.7/32", "2001:db8::/48", "10.1.0.0/16"]),
    ],
)
def test_networks_are_kept_in_one_form(typed: str, kept: list[str]) -> None:
    assert read_networks(typed) == kept


@pytest.mark.parametrize(
    "typed",
    ["phòng tin", "192.168.10.0/33", "192.168.10", "0.0.0.0/0", "::/0", "10.0.0.0/8 x", " ".join(["10.0.0.1"] * 21)],
)
def test_what_is_no_network_is_refused(typed: str) -> None:
    with pytest.raises(Invalid) as problem:
        read_networks(typed)
    assert list(problem.value.fields) == ["networks"]


@pytest.mark.parametrize(
    ("address", "inside"),
    [
        ("192.168.10.1", True),
        ("192.168.11.1", False),
        ("::ffff:192.168.10.200", True),  # a server that listens on both sorts sees IPv4 so
        ("::ffff:192.168.9.200", False),
        ("2001:db8:10::5", True),
        ("2001:db8:10::5%eth0", True),
        ("2001:db8:11::5", False),
        ("", False),
        ("unknown", False),
        ("192.168.10.1, 10.0.0.1", False),  # a chain of proxies is no address
    ],
)
def test_an_address_is_in_the_room_or_not(address: str, inside: bool) -> None:
    assert is_within(address, ROOM) is inside


def test_no_network_holds_nobody() -> None:
    assert not is_within("192.168.10.1", [])
