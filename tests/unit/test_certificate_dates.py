"""A certificate that is not valid today may be so tomorrow; one of another name will not."""

from __future__ import annotations

import ssl

import pytest

from publisher.config import Xmpp
from publisher.xmpp.connecting_problems import untrusted

ACCOUNT = Xmpp(jid="blog@blog.example", password_env="UNUSED", nodes=())


def refusal(code: int, message: str) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, message)
    error.verify_code, error.verify_message = code, message
    return error


@pytest.mark.parametrize(
    ("code", "message", "advice"),
    [
        (9, "certificate is not yet valid", "Correct the clock of this machine"),
        (10, "certificate has expired", "Renew it on the server, or correct the clock"),
    ],
)
def test_a_date_passes_by_itself_and_the_clock_is_named(
    code: int, message: str, advice: str
) -> None:
    error = untrusted(ACCOUNT, refusal(code, message))
    assert error.may_pass
    assert f"is not trusted: {message}; the password was not sent. {advice}" in str(error)


@pytest.mark.parametrize("code", [18, 20, 62])
def test_another_authority_and_another_name_need_somebody(code: int) -> None:
    error = untrusted(ACCOUNT, refusal(code, "self-signed certificate"))
    assert not error.may_pass
    assert "Check the domain of xmpp.jid" in str(error)
