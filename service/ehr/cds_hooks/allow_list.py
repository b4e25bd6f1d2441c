"""Which FHIR servers may be read: those that the operator has listed, compared whole, and no other for any reason.

An address from a request is matched as plain text of a narrow form. What would need interpretation to compare (user
names, percent signs, dots in place of a segment, other ways to write a number) is no address at all.
"""

from __future__ import annotations

import ipaddress
import re

_ADDRESS = re.compile(
    r"(https?)://([a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:]+\])(?::([1-9]\d{0,4}))?((?:/[\w.~$-]+)*)/?", re.ASCII
)
_QUERY = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]*")
_PORTS = {"http": "80", "https": "443"}
_NEVER = tuple(
    map(
        ipaddress.ip_network,
        (
            "0.0.0.0/8",  # this host
            "100.100.100.200/32",  # the secrets of one cloud
            "192.0.0.0/24",  # protocol assignments, and the secrets of another
            "168.63.129.16/32",  # a cloud's own services
            "::/96",  # IPv4 in other clothes: compatible,
            "::ffff:0:0:0/96",  # translated,
            "64:ff9b::/96",  # NAT64,
            "64:ff9b:1::/48",  # NAT64 of a site,
            "2001::/32",  # Teredo,
            "2002::/16",  # 6to4
            "fd00:ec2::/32",  # the secrets of a third cloud
            "fd20:ce::/32",  # and of a fourth
            "fec0::/10",  # site-local, given up long ago
        ),
    )
)
_DOTS = (".", "..")

Place = tuple[str, str, str, tuple[str, ...]]


def permitted(address: str, listed: tuple[str, ...]) -> str:
    """Return the address without a closing slash if it is a listed server or lies below one; "" otherwise."""
    place = _place(address)
    if place is None:
        return ""
    for server in listed:
        allowed = _place(server.lower() if _place(server) is None else server)
        if allowed and place[:3] == allowed[:3] and place[3][: len(allowed[3])] == allowed[3]:
            return address.rstrip("/")
    return ""


def next_page(link: str, base: str, listed: tuple[str, ...]) -> str:
    """Return the address of a further page if it lies on the same server as ``base`` and below a listed address."""
    address, _, query = link.partition("?")
    page, home = _place(address), _place(base)
    if page is None or home is None or page[:3] != home[:3] or not permitted(address, listed):
        return ""
    return link if _QUERY.fullmatch(query) and "#" not in query else ""


def may_connect(host: str, address: str) -> bool:
    """Return whether a connection for ``host`` may go to ``address``, to which its name led.

    A name that leads to this machine or to a link-local address (where clouds keep their secrets) has been turned
    against us, and so has one that hides an IPv4 address in one of IPv6. A private address is where a hospital's server
    lives, and its name was listed.
    """
    found = ipaddress.ip_address(address.partition("%")[0])
    found = getattr(found, "ipv4_mapped", None) or found
    if found.is_loopback:
        return host == "localhost" or _is_number(host)
    if found.is_link_local or found.is_multicast or found.is_unspecified or found.is_reserved:
        return False
    return not any(found in network for network in _NEVER)


def _place(address: str) -> Place | None:
    match = _ADDRESS.fullmatch(address)
    if match is None:
        return None
    scheme, host, port, path = match.groups()
    segments = tuple(path.split("/")[1:])
    return None if any(segment in _DOTS for segment in segments) else (scheme, host, port or _PORTS[scheme], segments)


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True
