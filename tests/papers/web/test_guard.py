import socket

import pytest

from papers.web.guard import Forbidden, Guard, is_public, place


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.9.9.9",
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "192.0.2.1",
        "192.168.1.1",
        "198.18.0.1",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::10.0.0.1",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2002:c0a8:101::1",
        "2001:0:4136:e378:8000:63bf:f5ff:fffe",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
        "2001:db8::1",
    ],
)
def test_an_address_that_is_not_of_the_public_internet_is_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    ["151.101.3.42", "8.8.8.8", "2a04:4e42::300", "::ffff:151.101.3.42", "64:ff9b::151.101.3.42", "2002:808:808::1"],
)
def test_an_address_of_the_public_internet_is_public_however_it_is_wrapped(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "0x7f000001", "127.1", "::1", "169.254.169.254"]
)
def test_a_name_that_resolves_to_a_private_address_is_refused_however_it_is_written(host):
    with pytest.raises(Forbidden, match="not a public one"):
        Guard().addresses(host, 80)


def test_a_stand_in_may_be_private_at_its_own_port_only():
    guard = Guard(stand_ins=["127.0.0.1:8123"])
    assert guard.addresses("127.0.0.1", 8123) == ["127.0.0.1"]
    with pytest.raises(Forbidden, match="the port is not the web's"):
        guard.addresses("127.0.0.1", 6379)
    with pytest.raises(Forbidden, match="not a public one"):
        guard.addresses("127.0.0.1", 80)


def test_a_source_has_its_own_hosts_alone():
    guard = Guard(hosts=["export.arxiv.org", "127.0.0.1:8123"], stand_ins=["127.0.0.1:8123"])
    guard.check("https://export.arxiv.org/api/query?id_list=2601.00001")
    guard.check("http://127.0.0.1:8123/oai")
    for url in ["https://arxiv.org/", "https://export.arxiv.org:8443/", "https://export.arxiv.org.evil.example/"]:
        with pytest.raises(Forbidden, match="not one of the source's own hosts"):
            guard.check(url)


def test_a_source_s_host_that_suddenly_has_a_private_address_is_refused():
    with pytest.raises(Forbidden, match="not a public one"):
        Guard(hosts=["localhost"]).addresses("localhost", 443)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/x",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "//example.org/x",
        "https://",
        "https://[half",
        "https://example.org:99999/",
        "https://user:secret@example.org/x",
        "https://example.org/a b",
        "https://example.org/\r\nX: y",
        "https://example.org\\@localhost/",
    ],
)
def test_what_is_no_plain_web_address_is_refused(url):
    with pytest.raises(Forbidden):
        Guard().check(url)


@pytest.mark.parametrize("url", ["https://example.org:22/", "http://example.org:6379/", "https://example.org:8443/"])
def test_of_any_host_only_the_webs_ports_are_asked(url):
    with pytest.raises(Forbidden, match="the port is not the web's"):
        Guard().check(url)


def test_domains_to_avoid_are_avoided_with_all_below_them():
    guard = Guard(avoid=["arxiv.org"])
    guard.check("https://notarxiv.org/x.png")
    for url in ["https://arxiv.org/x.png", "https://EXPORT.arxiv.org/x.png", "https://arxiv.org./x.png"]:
        with pytest.raises(Forbidden, match="out of turn"):
            guard.check(url)


def test_a_host_that_does_not_exist_is_no_matter_of_the_guards():
    with pytest.raises(socket.gaierror):
        Guard().addresses("nowhere.invalid", 443)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://arXiv.org/abs/2601.00001", "arxiv.org"),
        ("http://arxiv.org:80/", "arxiv.org"),
        ("http://127.0.0.1:8000", "127.0.0.1:8000"),
        ("http://[::1]:8000/x", "::1:8000"),
    ],
)
def test_a_place_is_a_host_and_the_port_where_it_is_not_the_webs(url, expected):
    assert place(url) == expected
