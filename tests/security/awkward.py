"""Values that have broken somebody's service: sent for every field of every endpoint."""

import json

LONG = "A" * 70_000
TEXTS = (
    "", " ", "\x00", "a\x00b", "\x08\x1b[31m", "\ufeff", "\u202egnp.exe", "😀", "é" * 300, "１２３",
    "1２3", "٣", "²", "0x10", "1_000", "1e3", " 1", "1 ", "+1", "-0", "NaN", "Infinity", "null",
    "true", "[]", "{}", "' OR '1'='1", "1; DROP TABLE users; --", '" OR ""="', "1' AND SLEEP(9)#",
    "admin'/*", "%27", "%00", "{{7*7}}", "${7*7}", "<%= 7*7 %>", "{% debug %}", "#{7*7}",
    "<script>alert(1)</script>", "javascript:alert(1)", "../../../etc/passwd", "..\\..\\", "$(id)",
    "`id`", "| id", "a\r\nSet-Cookie: x=1", "%s%n%x", "__proto__", "=cmd|' /C calc'!A0",
    "http://169.254.169.254/latest/", "file:///etc/passwd", "\ud7ff\ue000", "\uffff",
    "2026-13-45T99:99:99Z", "9" * 400, "A" * 4097,
)  # fmt: skip
NUMBERS = (
    "0", "-0", "-1", "1.5", "0.1", "1e3", "1E400", "1e309", "-1e309", "1e-400", "NaN", "Infinity",
    "-Infinity", "01", "+1", ".5", "0x10", "1_000", "100001", "1000001", "2147483648",
    "9007199254740993", "9223372036854775807", "9223372036854775808", "18446744073709551616",
    "-9223372036854775809", "1" + "0" * 400, "1." + "0" * 400 + "1",
)  # fmt: skip
OTHER = (
    "null", "true", "false", "[]", "{}", "[1]", "[[]]", "[null]", '{"$ne": 1}', '{"a": {"b": 1}}',
    '{"__proto__": {"is_admin": true}}', '"\\ud800"', '"\\udc00x"', '"\\u0000"', "'1'", "undefined",
    "[" * 200 + "]" * 200, '{"a":' * 200 + "1" + "}" * 200, "[" * 5000 + "]" * 5000,
    json.dumps(["x"] * 1000), json.dumps({str(n): n for n in range(1000)}), json.dumps(LONG),
)  # fmt: skip
JSON_VALUES = (*map(json.dumps, TEXTS), *NUMBERS, *OTHER)
"""As they stand in a body, not all of them valid JSON."""

QUERY_VALUES = tuple(text for text in (*TEXTS, *NUMBERS) if not text.startswith("1" + "0" * 400))
PATH_VALUES = (
    "0", "-1", "１", "1e3", "01", "9" * 30, "9" * 400, "%00", "a%00b", "%FF%FE", "..%2f..%2fetc",
    "%2e%2e", "'", "%27%20OR%201=1", "😀", "é", "A" * 500, "%20", "{{7*7}}", "NaN", "null",
    "%0d%0a", "EX0", "UP0", "1;2", "1,2", "*", "%25", "undefined",
)  # fmt: skip
BODIES = (
    b"", b" ", b"{", b"}", b"[]", b"[1]", b"null", b"1", b'"x"', b"true", b"\x00", b"\xff\xfe{}",
    b"\xef\xbb\xbf{}", "{}".encode("utf-16"), b'{"a":1}{"a":2}', b'{"a":1,}', b"{'a':1}", b"{a:1}",
    b'{"a":NaN}', b"// {}\n{}", b"<xml/>", b"a=1&b=2", b"[" * 60_000, b'{"a":' * 10_000,
    b'{"a":"' + b"x" * 65_530 + b'"}', b'{"a":"' + b"x" * 200_000 + b'"}', b"\x1f\x8b\x08\x00",
    b'{"a":1' + b" " * 60_000 + b"}", b'{"\xff":1}', b'{"a":"\xed\xa0\x80"}', b"--x--",
)  # fmt: skip
HEADERS = {
    "Idempotency-Key": ("", " ", "a b", "é", "A" * 129, "A" * 7000, "'", "\x7f", "k" * 128),
    "X-Request-ID": ("", "a b", "é", "A" * 500, "../..", "{{7*7}}", "\x7f"),
    "X-Client-Version": ("", "é", "A" * 7000, "1'"),
    "Prefer": ("wait=-1", "wait=1e9", "wait=9999999", "wait=NaN", "x" * 5000, "respond-async, x="),
    "Content-Type": ("", "text/plain", "application/xml", "multipart/form-data", "a" * 5000,
                     "text/json; charset=utf-7", "multipart/form-data; boundary=" + 99 * "b"),
    "Accept": ("", "text/html", "*/*;q=NaN"),
    "Origin": ("null", "http://evil.example", "é", "https://a b"),
    "X-Forwarded-For": ("", "127.0.0.1", "é", "1" * 5000, "::1", "unknown, unknown"),
    "Host": ("evil.example", "localhost:99999", "a b", "é"),
    "Authorization": ("", "Bearer", "Bearer ", "Basic eDp5", "bearer x y z", "Bearer é"),
}  # fmt: skip
