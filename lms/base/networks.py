"""Networks of rooms: read as an IT officer types them, and asked whether an address lies in one."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from lms.base.errors import Invalid
from lms.base.i18n_marks import N_

Network = IPv4Network | IPv6Network
MOST = 20  # networks of one room


def read_networks(text: str, field: str = "networks") -> list[str]:
    """Return the networks that stand in *text*, one a line or parted by commas, each in its canonical form.

    An address alone is a network of one; host bits are dropped, as people copy the address of a machine. A network of
    everybody is refused: it would be no rule.

    Raises:
        Invalid: a line is no network, or there are too many.

    >>> read_networks("192.168.10.7/24, 2001:db8::/48")
    ['192.168.10.0/24', '2001:db8::/48']
    """
    words = text.replace(",", " ").replace(";", " ").split()
    if len(words) > MOST:
        raise Invalid.at(field, N_("Mỗi phòng có tối đa %(most)s dải mạng."), most=MOST)
    found: dict[str, None] = {}
    for word in words:
        try:
            network = ip_network(word, strict=False)
        except ValueError:
            raise Invalid.at(
                field,
                N_("“%(typed)s” không phải dải mạng. Ví dụ: 192.168.10.0/24 hoặc 2001:db8::/48."),
                typed=word[:60],
            ) from None
        if network.prefixlen == 0:
            raise Invalid.at(field, N_("“%(typed)s” là mọi máy trên mạng, không phải một phòng."), typed=word[:60])
        found[str(network)] = None
    return list(found)


@lru_cache(maxsize=4096)
def _network(text: str) -> Network:
    return ip_network(text)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """The address; an IPv4 one that came wrapped in IPv6 is unwrapped, a zone is dropped."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def is_within(address: str, networks: Iterable[str]) -> bool:
    """Say whether the address lies in one of these networks; what is no address lies in none.

    >>> is_within("192.168.10.31", ["192.168.10.0/24"]), is_within("::ffff:192.168.10.31", ["192.168.10.0/24"])
    (True, True)
    """
    found = _address(address)
    return found is not None and any(found in _network(text) for text in networks)
