"""What two readers could understand differently is refused."""

from decimal import Decimal

import pytest

from jupiter.kit import strict_json


def test_plain_json_is_read_and_fractions_stay_exact():
    assert strict_json.loads('{"a": [1, 2.10, "é", null, true]}'.encode()) == {"a": [1, Decimal("2.10"), "é", None, True]}


@pytest.mark.parametrize(
    "body",
    [
        b"{", b"", b'{"price": NaN}', b'{"price": -Infinity}', b'{"a": 1, "a": 2}', b'{"x": {"a": 1, "a": 1}}',
        b'"\\ud800"', b'{"\\udc00": 1}', b'"a\\u0000b"', b"[" * 100_000, b'{"a":' * 33 + b"1" + b"}" * 33, b"1" * 5000,
        '{"a": 1}'.encode("utf-16"), b"\xef\xbb\xbf{}", b"\xff", b"[1,]", b"{'a': 1}",
    ],
)  # fmt: skip
def test_what_is_not_plain_json_is_refused(body):
    with pytest.raises(strict_json.Unreadable):
        strict_json.loads(body)


def test_brackets_inside_a_text_are_no_depth():
    assert strict_json.loads(b'["' + b"[{" * 200 + b'\\"["]') == ["[{" * 200 + '"[']


def test_a_large_body_is_refused_before_it_is_read():
    with pytest.raises(strict_json.TooLarge):
        strict_json.loads(b'"' + b"x" * strict_json.SIZE + b'"')
