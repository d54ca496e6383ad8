"""Whose request it is, as far as its address tells."""

from functools import lru_cache
from ipaddress import ip_address, ip_network

from flask import request


def network(bits: int = 64) -> str:
    """Whose request it is as far as its address tells: an IPv4 address, or the first `bits` of an
    IPv6 one. A provider gives a customer 64 of them at least, often 56 or 48, and all the addresses
    below them are the customer's."""
    return _network_of(request.remote_addr or "", bits)


@lru_cache(1024)
def _network_of(remote_address: str, bits: int) -> str:
    try:
        address = ip_address(remote_address.partition("%")[0])
    except ValueError:
        return "unknown"
    if address.version == 4:
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ip_network((address, bits), strict=False).network_address)
