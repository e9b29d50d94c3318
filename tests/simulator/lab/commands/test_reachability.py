import pytest

from simulator.lab import Lab
from tests.simulator.lab.labs import answered, lab, server, typed


@pytest.fixture
def web() -> Lab:
    here = server()
    typed(here, "docker pull -q alpine")
    typed(here, "docker run -d --name web -p 8080:80 nginx")
    return here


@pytest.mark.parametrize(
    ("line", "text", "status"),
    [
        ("ping", "ping: usage error: Destination address required\n", 2),
        ("ping no", "ping: no: Name or service not known\n", 2),
        (
            "ping -c 1 172.17.0.2",
            (
                "PING 172.17.0.2 (172.17.0.2) 56(84) bytes of data.\n"
                "64 bytes from 172.17.0.2: icmp_seq=1 ttl=64\n"
                "\n--- 172.17.0.2 ping statistics ---\n"
                "1 packets transmitted, 1 received, 0% packet loss\n"
            ),
            0,
        ),
        (
            "ping -c 1 10.0.0.99",
            (
                "PING 10.0.0.99 (10.0.0.99) 56(84) bytes of data.\n"
                "From 10.0.0.1 icmp_seq=1 Destination Host Unreachable\n"
                "\n--- 10.0.0.99 ping statistics ---\n"
                "1 packets transmitted, 0 received, 100% packet loss\n"
            ),
            1,
        ),
    ],
)
def test_reaching_somebody(web: Lab, line: str, text: str, status: int) -> None:
    assert answered(web, line) == (text, status)


def test_a_namespace_alone_reaches_nobody() -> None:
    here = lab()
    text = typed(here, "unshare -n ping -c 1 10.0.0.1")
    assert "Network is unreachable" in text
