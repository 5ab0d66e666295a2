"""What InfluxDB's answers mean: stored, refused for good, or not now."""

import pytest

from store.base import StoreRefused, StoreUnavailable
from tests.store.scripted import T0, opened, point, said, scripted

CAUSES = {
    401: "TOKEN",
    403: "right",
    404: "create",
    429: "slow down",
    500: "slow down",
    503: "slow down",
    0: "does not answer",  # half a response
}


@pytest.mark.parametrize("version", ["1.6.7", "v2.7.10", "3.2.1"])
@pytest.mark.parametrize(("status", "cause"), CAUSES.items())
async def test_not_now(version: str, status: int, cause: str) -> None:
    """Trouble on the way, at the server or with our rights is no verdict on the data, and names the next step."""
    async with (
        scripted(said(status, error="slow down", message="slow down"), version) as script,
        opened(script.port) as store,
    ):
        with pytest.raises(StoreUnavailable, match=cause):
            await store.write([point()])


@pytest.mark.parametrize("version", ["1.6.7", "v2.7.10", "3.2.1"])
@pytest.mark.parametrize("status", [400, 422])
async def test_refused(version: str, status: int) -> None:
    """What the server will never take is refused in its own words."""
    words = (
        {"code": "invalid", "message": "field type conflict"} if version[0] == "v" else {"error": "field type conflict"}
    )
    async with scripted(said(status, **words), version) as script, opened(script.port) as store:
        with pytest.raises(StoreRefused, match="field type conflict"):
            await store.write([point()])


@pytest.mark.parametrize("version", ["1.6.7", "v2.7.10"])
async def test_page_of_a_proxy(version: str) -> None:
    """A 400 that does not come from InfluxDB condemns nothing."""
    async with (
        scripted(lambda body: (400, b"<html>Bad Request</html>"), version) as script,
        opened(script.port) as store,
    ):
        with pytest.raises(StoreUnavailable):
            await store.write([point()])


@pytest.mark.parametrize("version", ["1.6.7", "v2.7.10"])
async def test_other_success(version: str) -> None:
    """Only the success that the protocol names counts as stored."""
    async with scripted(lambda body: (200, b"<html>Log in</html>"), version) as script, opened(script.port) as store:
        with pytest.raises(StoreUnavailable):
            await store.write([point()])


@pytest.mark.parametrize("version", ["1.6.7", "v2.7.10"])
async def test_too_large(version: str) -> None:
    """A body too large for the server is cut until it fits; every line arrives."""
    async with (
        scripted(lambda body: (413, b"{}") if len(body) > 300 else (204, b""), version) as script,
        opened(script.port) as store,
    ):
        await store.write([point(float(n), T0 + n, "electricity.voltage") for n in range(20)])

    taken = b"".join(body for body in script.bodies if len(body) <= 300)
    assert [T0 + n for n in range(20)] == [int(line.split()[-1]) for line in taken.splitlines()[:-1]]
    assert taken.splitlines()[-1].startswith(b"latest,")


async def test_line_too_large() -> None:
    """A single line too large is refused."""
    async with scripted(lambda body: (413, b"{}")) as script, opened(script.port) as store:
        with pytest.raises(StoreRefused, match="bytes"):
            await store.write([point()])


async def test_token_and_bucket() -> None:
    """On 2.x the token, bucket, organisation and precision go with each write."""
    async with scripted(lambda body: (204, b"")) as script, opened(script.port, token="secret") as store:
        await store.write([point()])

    (head,) = script.heads
    assert "POST /api/v2/write?org=site&bucket=microville&precision=ms HTTP/1.1" == head.split("\r\n")[0]
    assert "Authorization: Token secret" in head
